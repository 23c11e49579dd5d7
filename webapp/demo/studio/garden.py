"""Terracotta, steel, seeds and twine."""

import math
from random import Random

from mathutils import Vector

from ceramics import wobble
from cloth import jute
from greenery import olive, soil
from lettering import seeds
from materials import CHALK, INK, SAGE, glaze, lacquer, matt, metal, printed, water, wood
from shapes import (
    add,
    flowing,
    paint,
    place,
    rounded,
    sheet,
    smooth_profile,
    swept,
    together,
    turned,
    wall,
)
from soft import lump
from stage import Shot, picture

GARDEN = Shot(tone="garden", fill=0.68, elevation=12)
COATS = {"sage": SAGE, "chalk": CHALK, "ink": INK}


def pot(size: float = 2.0, saucer: bool = False):
    s = size / 2.0
    clay = matt("#b8795a", grain=34, rough=0.9, bump=0.3, cloud=0.1)
    line = [
        (r * s, z * s)
        for r, z in rounded(
            [(0, 0), (0.62, 0, 0.03), (0.88, 1.35, 0.01), (0.98, 1.36, 0.03), (1.0, 1.78)], 6
        )
    ]
    body = paint(turned(wall(line, 0.085 * s, 0.12 * s), shape=wobble(0.004, size)), clay)
    things = [body]
    if saucer:
        under = paint(
            turned(
                wall(
                    [(r * s, z * s) for r, z in rounded([(0, 0), (0.84, 0, 0.04), (0.98, 0.2)], 6)],
                    0.07 * s,
                    0.07 * s,
                )
            ),
            clay,
        )
        place(body, z=0.075 * s)
        things.append(under)
    return things


def watering_can(colour: str = "sage"):
    coat = lacquer(COATS[colour])
    body = turned(
        wall(
            rounded(
                [(0, 0), (0.8, 0, 0.05), (0.68, 1.45, 0.12), (0.36, 1.56, 0.02), (0.34, 1.62)], 8
            ),
            0.03,
            0.05,
        )
    )
    spout = swept(
        flowing(
            [
                (-0.66, 0, 0.3),
                (-1.1, 0, 0.55),
                (-1.6, 0, 1.35),
                (-2.0, 0, 2.15),
                (-2.2, 0, 2.3),
                (-2.42, 0, 2.28),
            ],
            12,
        ),
        lambda t: 0.24 - 0.15 * min(1, t * 1.3),
        sides=20,
        up=(0, 1, 0),
    )
    grip = swept(
        flowing(
            [
                (0.3, 0, 1.52),
                (0.1, 0, 2.0),
                (0.32, 0, 2.5),
                (0.85, 0, 2.42),
                (1.08, 0, 1.75),
                (0.98, 0, 1.0),
                (0.76, 0, 0.55),
            ],
            14,
        ),
        0.085,
        0.12,
        sides=18,
        up=(0, 1, 0),
    )
    return together(*[paint(t, coat) for t in (body, spout, grip)], turn=14)


def trowel():
    """Lying along y, blade forwards."""
    rows, cols = 40, 24
    verts, faces = [], []
    for j in range(rows + 1):
        t = j / rows
        half = 0.36 * min(1, (1 - t) * 2.6) ** 0.55 * min(1, t * 6 + 0.35) ** 0.8
        half = max(half, 0.004)
        for i in range(cols + 1):
            u = 2 * i / cols - 1
            verts.append(
                (u * half, 0.2 + t * 1.55, 0.06 + 0.16 * u * u * half / 0.36 + 0.12 * (1 - t) ** 2)
            )
    for j in range(rows):
        for i in range(cols):
            a = j * (cols + 1) + i
            faces.append((a, a + 1, a + cols + 2, a + cols + 1))
    blade = add("blade", verts, faces, 60)
    step = blade.modifiers.new("thick", "SOLIDIFY")
    step.thickness = 0.025
    tang = swept(
        flowing([(0, 0.5, 0.12), (0, 0.2, 0.2), (0, -0.05, 0.24), (0, -0.3, 0.24)], 10),
        lambda t: 0.2 - 0.08 * t,
        lambda t: 0.05 + 0.06 * t,
        sides=14,
    )
    steel = metal("steel", 0.38)
    handle = turned(
        smooth_profile(
            [
                (0, 0),
                (0.1, 0.0),
                (0.12, 0.06),
                (0.13, 0.3),
                (0.165, 0.75),
                (0.15, 1.05),
                (0.11, 1.22),
                (0, 1.25),
            ],
            8,
        )
    )
    paint(handle, wood("ash", "Z"))
    place(handle, tilt=90, y=-0.18, z=0.24)
    collar = turned(rounded([(0, 0), (0.115, 0, 0.01), (0.12, 0.16, 0.01), (0, 0.16)], 4))
    place(paint(collar, metal("brass")), tilt=90, y=-0.12, z=0.24)
    loop = swept(
        flowing(
            [
                (0, -1.28, 0.25),
                (0.06, -1.5, 0.16),
                (0.16, -1.8, 0.03),
                (0.0, -1.98, 0.02),
                (-0.12, -1.76, 0.03),
                (-0.02, -1.5, 0.16),
                (0, -1.28, 0.23),
            ],
            12,
        ),
        0.05,
        0.03,
        sides=10,
    )
    paint(loop, matt("#70482f", grain=40, rough=0.6))
    return [paint(blade, steel), paint(tang, steel), handle, collar, loop]


PACKETS = (
    ("Marigold", "#d98e3c", "#9c5a26", 11),
    ("Runner bean", "#b5544a", "#efe2cf", 7),
    ("Nasturtium", "#5c2b34", "#d98e3c", 8),
    ("Chard", "#7c8b62", "#c2566a", 9),
)


def packet(k: int):
    face = sheet(
        0.9,
        1.26,
        thickness=0.03,
        grid=(24, 24),
        lift=lambda x, y: 0.035 * math.cos(x * 3.2) * math.cos(y * 2.3),
    )
    return paint(face, printed(seeds(*PACKETS[k])))


def twine():
    """A ball wound in great circles over a jute core."""
    luck = Random(9)
    cord = jute()
    core = place(paint(lump(0.86, rough=0.02), jute("#93764b")), z=0.06)
    things = [core]
    for k in range(46):
        axis = Vector((luck.gauss(0, 1), luck.gauss(0, 1), luck.gauss(0, 0.75))).normalized()
        side = axis.orthogonal().normalized()
        other = axis.cross(side)
        r = 0.885 + 0.022 * (k % 3)
        lift = luck.uniform(-0.4, 0.4)
        small = math.sqrt(1 - lift * lift)
        loop = [
            (side * math.cos(a) + other * math.sin(a)) * r * small
            + axis * r * lift
            + Vector((0, 0, 0.93))
            for a in (2 * math.pi * s / 60 for s in range(61))
        ]
        things.append(paint(swept(loop, 0.055, sides=8, up=tuple(axis), hollow=True), cord))
    tail = flowing(
        [
            (0.55, -0.7, 0.72),
            (0.82, -0.85, 0.3),
            (1.0, -0.98, 0.05),
            (1.35, -0.8, 0.03),
            (1.6, -1.05, 0.03),
            (1.95, -0.95, 0.03),
        ],
        12,
    )
    things.append(paint(swept(tail, 0.055, sides=8), cord))
    return things


@picture("terracotta-pot-1", GARDEN, elevation=7, fill=0.76)
def olive_in_pot() -> None:
    together(pot(2.0, True))
    soil(0.86, 1.72)
    together(olive(), z=1.7)


@picture("terracotta-pot-2", GARDEN, elevation=18, fill=0.74)
def three_pots() -> None:
    together(pot(1.4), x=-1.25, y=-0.75)
    together(pot(2.0), x=0.25, y=-0.45)
    together(pot(2.8), x=0.35, y=2.0)


for tint in COATS:
    picture(
        "watering-can-1" if tint == "sage" else f"watering-can-{tint}",
        GARDEN,
        elevation=11,
        fill=0.76,
    )(lambda tint=tint: watering_can(tint))


@picture("hand-trowel-1", GARDEN, elevation=50, fill=0.76)
def lying_trowel() -> None:
    together(trowel(), turn=-38)


@picture("seed-packets-1", GARDEN, elevation=56, fill=0.74)
def fan_of_packets() -> None:
    for k in range(4):
        together(
            packet(k), x=-0.78 + 0.52 * k, y=0.16 * math.sin(k * 1.1), z=0.045 * k, turn=18 - 12 * k
        )


@picture("seed-packets-2", GARDEN, elevation=10, fill=0.72)
def packet_and_pot() -> None:
    together(pot(1.4), x=0.55, y=0.5)
    together(packet(0), tilt=80, x=-0.55, y=-0.2, z=0.62, turn=-6)


@picture("garden-twine-1", GARDEN, elevation=20, fill=0.68)
def ball_of_twine() -> None:
    twine()


@picture("bird-bath-1", GARDEN, elevation=27, fill=0.76)
def basin() -> None:
    line = smooth_profile(
        [(0, 0), (0.9, 0), (1.05, 0.05), (1.6, 0.34), (1.86, 0.62), (1.9, 0.7)], 12
    )
    skin = glaze("#8d8f88", speckle=0.9, rough=0.5, foot=0.08, clay="#6d5a4b")
    paint(turned(wall(line, 0.09, 0.12), shape=wobble(0.012, 6), segments=180), skin)
    pool = paint(turned([(0, 0.46), (1.62, 0.46)]), water())
    pool.name = "pool"
    stone = paint(
        lump(0.5, squash=0.62, rough=0.12, seed=6, grain=0.9),
        matt("#8a857c", grain=30, rough=0.55, bump=0.1, cloud=0.08),
    )
    place(stone, 0.3, 0.2, 0.11, turn=30)
