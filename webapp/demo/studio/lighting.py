"""Lamps and candles."""

import math

import bpy

from cloth import linen
from materials import CHALK, CLAY, INK, SAGE, glowing, lacquer, lantern, matt, metal, paper, rgb
from shapes import (
    block,
    flowing,
    paint,
    place,
    ring,
    rounded,
    smooth_profile,
    swept,
    together,
    turned,
)
from soft import lump
from stage import Shot, picture

LIGHTING = Shot(tone="lighting", fill=0.66, elevation=8)
COATS = {"chalk": CHALK, "sage": SAGE, "clay": CLAY, "ink": INK}


def bulb(x: float, y: float, z: float, watts: float, radius: float = 0.12) -> None:
    """A warm lamp: a small glowing ball with a point light in it."""
    ball = paint(lump(radius, rough=0), glowing("#ffd6a0", 6))
    place(ball, x, y, z - radius)
    ball.visible_shadow = False
    lamp = bpy.data.lights.new("bulb", "POINT")
    lamp.energy, lamp.shadow_soft_size = watts, radius
    lamp.color = rgb("#ffd0a0")[:3]
    thing = bpy.data.objects.new("bulb", lamp)
    thing.location = (x, y, z)
    bpy.context.scene.collection.objects.link(thing)


def cap_lamp(colour: str = "chalk", watts: float = 25):
    coat = lacquer(COATS[colour])
    foot = turned(
        rounded(
            [
                (0, 0),
                (0.62, 0, 0.03),
                (0.64, 0.07, 0.04),
                (0.5, 0.11, 0.05),
                (0.05, 0.13),
                (0, 0.13),
            ],
            8,
        )
    )
    stem = turned(rounded([(0, 0.1), (0.055, 0.1), (0.055, 2.9), (0, 2.9)], 4))
    dome = smooth_profile(
        [(1.2, 2.42), (1.19, 2.6), (1.06, 2.98), (0.78, 3.28), (0.4, 3.44), (0, 3.5)], 12
    )
    inner = [(max(r - 0.03, 0), z - 0.03 if r < 1.1 else z) for r, z in dome][::-1]
    shade_ = turned([*dome, *inner, dome[0]])
    knob = turned(rounded([(0, 3.48), (0.06, 3.48), (0.06, 3.58, 0.03), (0, 3.6)], 6))
    together(
        paint(foot, coat),
        paint(stem, metal("brass")),
        paint(shade_, coat),
        paint(knob, metal("brass")),
    )
    cable = swept(
        flowing(
            [
                (0.1, 0.6, 0.03),
                (0.5, 0.9, 0.02),
                (1.2, 1.0, 0.02),
                (2.6, 1.6, 0.02),
                (6.0, 2.2, 0.02),
            ],
            16,
        ),
        0.045,
        sides=10,
    )
    cable["unframed"] = True
    paint(cable, linen("#cdbfa8"))
    if watts:
        bulb(0, 0, 2.75, watts)


def pendant(shade_colour: str = "chalk", fitting: str = "brass", cable: str = "flax") -> None:
    coat = lacquer(COATS[shade_colour])
    line = smooth_profile(
        [
            (1.2, 1.2),
            (1.17, 1.34),
            (0.95, 1.7),
            (0.55, 2.0),
            (0.24, 2.2),
            (0.16, 2.5),
            (0.13, 2.62),
        ],
        12,
    )
    inner = [(max(r - 0.025, 0.1), z - 0.02 if i else z) for i, (r, z) in enumerate(line)][::-1]
    body = turned([*line, *inner, line[0]])
    paint(body, coat)
    cup_ = turned(
        rounded(
            [
                (0, 2.55),
                (0.165, 2.55, 0.02),
                (0.17, 2.86, 0.05),
                (0.06, 2.92, 0.03),
                (0.05, 3.02),
                (0, 3.02),
            ],
            6,
        )
    )
    paint(cup_, metal(fitting))
    cord = swept([(0, 0, 3.0), (0, 0, 3.9), (0, 0, 9)], 0.06, sides=12)
    paint(cord, linen("#cbb997" if cable == "flax" else "#3b3b3c"))
    cord["unframed"] = True
    anchor = turned([(0, 3.7), (0.01, 3.7)])
    paint(anchor, coat)
    bulb(0, 0, 1.62, 32, 0.2)


def globe(strength: float) -> None:
    radius = 1.6

    def ribs(r: float, z: float, angle: float) -> tuple[float, float]:
        t = (z - radius) / radius
        hoop = abs(math.sin(t * 34))
        return r * (1 - 0.012 * (1 - hoop) + 0.004 * math.sin(angle * 9 + t * 8)), z

    line = [
        (radius * math.cos(a), radius + radius * 0.95 * math.sin(a))
        for a in (math.radians(-80 + 160 * k / 240) for k in range(241))
    ]
    paint(turned(line, shape=ribs, segments=160, smooth=80), lantern(strength))
    wire = matt("#8a6d48", grain=30)
    for z in (line[0][1], line[-1][1]):
        place(paint(ring(radius * math.cos(math.radians(80)), 0.04), wire), z=z)


def arc_lamp() -> None:
    brass = metal("brass")
    foot = turned(
        rounded([(0, 0), (0.78, 0, 0.03), (0.8, 0.12, 0.04), (0.72, 0.16, 0.04), (0, 0.16)], 8)
    )
    paint(foot, lacquer(INK))
    path = [(0.45, 0, 0.1), (0.45, 0, 1.2), (0.45, 0, 2.6)]
    arc = [
        (-0.55 + 1.0 * math.cos(a), 0, 2.6 + 1.0 * math.sin(a))
        for a in (math.pi * k / 30 for k in range(1, 27))
    ]
    paint(swept([*flowing(path, 10), *arc], 0.1, up=(0, 1, 0)), brass)
    end = arc[-1]
    line = rounded(
        [(0.5, 0, 0), (0.5, 0.04), (0.18, 0.58, 0.06), (0.16, 0.76, 0.04), (0.0, 0.78)], 6
    )
    inner = rounded([(0.0, 0.74), (0.13, 0.72, 0.03), (0.15, 0.57), (0.47, 0.02), (0.5, 0)], 4)
    cone = paint(turned([*line, *inner]), lacquer(INK))
    place(cone, end[0] - 0.1, 0, end[2] - 0.66, roll=14)
    joint = paint(
        turned(rounded([(0, -0.1), (0.1, -0.1, 0.02), (0.1, 0.1, 0.02), (0, 0.1)], 4)), brass
    )
    place(joint, end[0], 0, end[2] + 0.04, tilt=90)
    bulb(end[0] - 0.18, 0, end[2] - 0.36, 14, 0.13)


def book(width: float, depth: float, height: float, colour: str):
    cover = linen(colour, weave=50)
    things = [
        paint(block(width, depth, 0.03, 0.008), cover),
        place(paint(block(width, depth, 0.03, 0.008), cover), z=height - 0.03),
    ]
    pages = paint(block(width - 0.08, depth - 0.08, height - 0.06, 0.004), paper("#efe8d8"))
    things.append(place(pages, 0.0, 0.0, 0.03))
    spine = paint(block(0.05, depth, height, 0.02), cover)
    things.append(place(spine, -width / 2))
    return things


picture("cap-table-lamp-1", LIGHTING)(cap_lamp)
picture("cap-table-lamp-sage", LIGHTING)(lambda: cap_lamp("sage"))
picture("cap-table-lamp-clay", LIGHTING)(lambda: cap_lamp("clay"))
picture("cap-table-lamp-ink", LIGHTING)(lambda: cap_lamp("ink"))


@picture("cap-table-lamp-2", LIGHTING, mood="dusk", fill=0.66, wall=True, tone="dusk", samples=9)
def lamp_and_books() -> None:
    cap_lamp("chalk", 150)
    for k, (w, d, h, colour, turn) in enumerate(
        (
            (1.7, 1.2, 0.26, "#7d8172", 8),
            (1.55, 1.1, 0.2, "#a37f6b", -4),
            (1.4, 1.0, 0.17, "#d9cfbd", 12),
        )
    ):
        together(book(w, d, h, colour), x=1.5, y=-0.5, z=(0, 0.26, 0.46)[k], turn=turn)


picture("bell-pendant-1", LIGHTING, elevation=-4, wall=True, drop=0.02)(pendant)
picture("bell-pendant-sage", LIGHTING, elevation=-4, wall=True, drop=0.02)(lambda: pendant("sage"))
picture("bell-pendant-ink", LIGHTING, elevation=-4, wall=True, drop=0.02)(
    lambda: pendant("ink", "black", "charcoal")
)
picture("bell-pendant-chalk-black", LIGHTING, elevation=-4, wall=True, drop=0.02)(
    lambda: pendant("chalk", "black", "charcoal")
)
picture("paper-globe-1", LIGHTING, mood="dusk", tone="dusk", wall=True, samples=9)(
    lambda: globe(0.85)
)
picture("paper-globe-2", LIGHTING)(lambda: globe(0))
picture("arc-task-lamp-1", LIGHTING, fill=0.7)(arc_lamp)
