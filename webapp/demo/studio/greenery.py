"""What grows: twigs, leaves, a young olive tree."""

import math
from random import Random

from mathutils import Vector

from materials import leaf, matt
from shapes import flowing, paint, place, rounded, sheet, swept, turned


def branch(height: float, seed: int = 0, leaves: bool = True):
    """A thin twig with small leaves, rising from the origin."""
    luck = Random(seed)
    things = []
    path = flowing(
        [(0, 0, 0), (0.04, 0.02, height * 0.35), (-0.06, 0, height * 0.7), (0.18, 0.05, height)], 14
    )
    bark = matt("#6b5140", grain=30)
    things.append(paint(swept(path, lambda t: 0.05 - 0.035 * t, sides=10), bark))
    for k in range(5, len(path) - 1, 4):
        at = path[k]
        side = 1 if (k // 4) % 2 else -1
        end = at + Vector(
            (side * luck.uniform(0.2, 0.42), luck.uniform(-0.15, 0.15), luck.uniform(0.2, 0.45))
        )
        middle = (at + end) / 2 + Vector((side * 0.06, 0, -0.03))
        twig = flowing([at, middle, end], 8)
        things.append(paint(swept(twig, lambda t: 0.022 - 0.012 * t, sides=8), bark))
        if leaves:
            for t in (7, 12, 16):
                spot = twig[min(t, len(twig) - 1)]
                things.append(leaflet(spot, luck))
    return things


def leaflet(spot: Vector, luck, size: float = 0.26, colour: str = "#76836a"):
    blade = sheet(
        size,
        size * 0.42,
        grid=(12, 6),
        thickness=0.004,
        lift=lambda x, y: 0.25 * (y * y) / size + 0.5 * x * x / size,
    )
    for v in blade.data.vertices:
        t = v.co.x / size + 0.5
        v.co.y *= math.sin(math.pi * min(1, t * 0.94 + 0.05)) ** 0.8
    paint(blade, leaf(colour))
    place(blade, x=size / 2)
    return place(
        blade,
        *spot,
        turn=luck.uniform(0, 360),
        roll=luck.uniform(-60, 10),
        tilt=luck.uniform(-30, 30),
    )


def olive(height: float = 3.0, seed: int = 5):
    """A young olive tree: a thin trunk and a loose crown."""
    luck = Random(seed)
    bark = matt("#7d7263", grain=22, bump=0.6)
    trunk = flowing(
        [(0, 0, 0), (0.05, 0, height * 0.3), (-0.04, 0.03, height * 0.55), (0.02, 0, height * 0.8)],
        12,
    )
    things = [paint(swept(trunk, lambda t: 0.12 - 0.06 * t, sides=12), bark)]
    for k in range(15):
        root = trunk[int(len(trunk) * luck.uniform(0.5, 0.99))]
        a = k * 2.4
        reach = luck.uniform(0.55, 0.95)
        tip = root + Vector((math.cos(a) * reach, math.sin(a) * reach, luck.uniform(0.3, 0.95)))
        bend = (root + tip) / 2 + Vector((0, 0, 0.12))
        twig = flowing([root, bend, tip], 9)
        things.append(paint(swept(twig, lambda t: 0.04 - 0.025 * t, sides=8), bark))
        for spot in twig[4::2]:
            for _ in range(3):
                things.append(
                    leaflet(spot, luck, 0.34, luck.choice(("#7d8a70", "#8b9680", "#6c7a61")))
                )
    return things


def soil(radius: float, z: float):
    earth = turned(rounded([(0, z), (radius, z - 0.03)]), segments=64)
    return paint(earth, matt("#4a3a2e", grain=18, rough=1.0, bump=1.0, cloud=0.2))
