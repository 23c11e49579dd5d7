"""Blown glass."""

import math

from cloth import linen
from greenery import branch
from materials import glass, matt, paint_of_wine, water, wood
from shapes import paint, place, plank, rounded, smooth_profile, together, turned, wall
from soft import folded, lump
from stage import Shot, picture

GLASS = Shot(tone="glass", fill=0.64, bounces=10, samples=8, elevation=12)
TINTS = {"clear": "#fcfefd", "smoke": "#b9bab9", "amber": "#e8c594", "green": "#e0ebe1"}


def filled(radius: float, bottom: float, top: float, material=None):
    """A drink: a body of liquid just inside the glass."""
    body = turned(rounded([(0, bottom), (radius, bottom, 0.05), (radius, top), (0, top)], 6))
    return paint(body, material or water())


def tumbler(tint: str = "clear", drink: float = 0):
    profile = wall(rounded([(0, 0), (0.345, 0, 0.05), (0.36, 0.2), (0.39, 0.9)], 8), 0.028, 0.1)
    things = [paint(turned(profile), glass(TINTS[tint]))]
    if drink:
        things.append(filled(0.335, 0.115, drink))
    return things


def wine_glass(drink: float = 0):
    line = smooth_profile(
        [
            (0, 0.0),
            (0.36, 0.0),
            (0.37, 0.02),
            (0.2, 0.05),
            (0.06, 0.12),
            (0.04, 0.3),
            (0.036, 0.7),
            (0.05, 0.96),
            (0.18, 1.06),
            (0.36, 1.26),
            (0.425, 1.5),
            (0.39, 1.85),
            (0.335, 2.12),
        ],
        10,
    )
    inner = smooth_profile(
        [(0.32, 2.12), (0.375, 1.85), (0.408, 1.5), (0.345, 1.27), (0.17, 1.09), (0, 1.05)], 10
    )
    things = [paint(turned([*line, *inner]), glass(TINTS["clear"]))]
    if drink:
        bowl = smooth_profile([(0, 1.055), (0.165, 1.095), (0.338, 1.275), (0.39, 1.44)], 8)
        things.append(paint(turned([*bowl, (0, 1.44)]), paint_of_wine()))
    return things


def carafe(tint: str = "clear", drink: float = 1.5):
    line = smooth_profile(
        [
            (0, 0),
            (0.42, 0),
            (0.48, 0.04),
            (0.5, 0.3),
            (0.49, 1.1),
            (0.42, 1.6),
            (0.28, 1.98),
            (0.22, 2.3),
            (0.23, 2.62),
        ],
        10,
    )
    things = [paint(turned(wall(line, 0.028, 0.09)), glass(TINTS[tint]))]
    if drink:
        inside = [(max(r - 0.034, 0), z) for r, z in line if 0.06 < z < drink]
        things.append(
            paint(
                turned([(0, 0.1), *[(r, max(z, 0.1)) for r, z in inside], (0, inside[-1][1])]),
                water(),
            )
        )
    plug = paint(
        turned(rounded([(0, 0), (0.185, 0, 0.01), (0.19, 0.2), (0, 0.2)])),
        matt("#b58a5d", grain=30),
    )
    ball = paint(lump(0.27, rough=0.0), wood("oak", "Z", scale=2))
    things += [place(plug, z=2.44), place(ball, z=2.58)]
    return things


def ball_vase():
    line = smooth_profile(
        [
            (0, 0),
            (0.2, 0),
            (0.28, 0.04),
            (0.42, 0.3),
            (0.36, 0.62),
            (0.13, 0.8),
            (0.1, 0.92),
            (0.13, 1.0),
        ],
        10,
    )
    return paint(turned(wall(line, 0.024, 0.06)), glass(TINTS["green"]))


def bottle_vase():
    line = smooth_profile(
        [
            (0, 0),
            (0.2, 0),
            (0.25, 0.04),
            (0.25, 0.4),
            (0.2, 0.6),
            (0.09, 0.76),
            (0.075, 1.05),
            (0.1, 1.2),
        ],
        10,
    )
    return paint(turned(wall(line, 0.024, 0.06)), glass(TINTS["green"]))


def tube_vase():
    return paint(
        turned(wall(rounded([(0, 0), (0.17, 0, 0.04), (0.175, 0.85)], 6), 0.024, 0.07)),
        glass(TINTS["green"]),
    )


def cloche():
    plate = paint(
        turned(
            rounded(
                [
                    (0, 0),
                    (1.08, 0, 0.04),
                    (1.14, 0.1, 0.06),
                    (1.12, 0.17, 0.03),
                    (1.02, 0.17, 0.01),
                    (1.0, 0.15, 0.01),
                    (0.92, 0.15, 0.01),
                    (0.9, 0.17, 0.01),
                    (0, 0.17),
                ],
                5,
            )
        ),
        wood("oak", "X"),
    )
    line = smooth_profile(
        [
            (0.96, 0.0),
            (0.96, 0.3),
            (0.94, 0.8),
            (0.8, 1.2),
            (0.45, 1.46),
            (0.1, 1.53),
            (0.0, 1.535),
        ],
        12,
    )
    inner = [(max(r - 0.024, 0), max(z - 0.022, 0) if z > 0.2 else z) for r, z in line][::-1]
    bell = turned([*line, *inner, line[0]])
    knob = turned(
        rounded(
            [
                (0, 1.52),
                (0.06, 1.525, 0.02),
                (0.05, 1.6, 0.03),
                (0.15, 1.68, 0.06),
                (0.13, 1.82, 0.08),
                (0, 1.84),
            ],
            8,
        )
    )
    clear = glass(TINTS["clear"])
    return plate, *together(paint(bell, clear), paint(knob, clear), z=0.155)


def wedge():
    """A quarter of a firm cheese with its rind."""
    outline = [(0, 0)] + [
        (0.85 * math.cos(a), 0.85 * math.sin(a)) for a in (0.25 * k / 5 + 0.1 * k for k in range(6))
    ]
    body = paint(
        plank(outline, 0.42, 0.015), matt("#e6cd8c", grain=10, rough=0.55, bump=0.15, cloud=0.03)
    )
    return place(body, -0.35, -0.25, 0.17)


@picture("morn-tumbler-1", GLASS, fill=0.68)
def clear_pair() -> None:
    together(tumbler("clear", 0.55), x=-0.45, y=0.15)
    together(tumbler("clear"), x=0.42, y=-0.2)


def pair(tint: str) -> None:
    together(tumbler(tint), x=-0.45, y=0.15)
    together(tumbler(tint), x=0.42, y=-0.2)


picture("morn-tumbler-smoke", GLASS, fill=0.68)(lambda: pair("smoke"))
picture("morn-tumbler-amber", GLASS, fill=0.68)(lambda: pair("amber"))


@picture("morn-tumbler-2", GLASS, fill=0.7, elevation=18)
def three_tints() -> None:
    for tint, x, y in (("clear", -0.62, -0.25), ("smoke", 0.38, -0.45), ("amber", 0.05, 0.6)):
        together(tumbler(tint), x=x, y=y)


@picture("morn-wine-glass-1", GLASS, fill=0.68, elevation=9)
def two_wine_glasses() -> None:
    together(wine_glass(1), x=-0.5, y=-0.1)
    together(wine_glass(), x=0.5, y=0.25)


picture("morn-wine-glass-2", GLASS, tone="stone", fill=0.66, elevation=7)(wine_glass)
picture("still-carafe-1", GLASS, elevation=9)(lambda: carafe("clear"))
picture("still-carafe-smoke", GLASS, elevation=9)(lambda: carafe("smoke", 0))


@picture("still-carafe-2", GLASS, fill=0.72)
def carafe_and_glasses() -> None:
    paint(folded(2.5, 1.9, 2, 0.03, seed=3), linen("#cdbfa8"))
    together(carafe("clear"), x=-0.45, y=0.25, z=0.075)
    together(tumbler("clear", 0.5), x=0.42, y=-0.1, z=0.075)
    together(tumbler("clear"), x=0.75, y=0.62, z=0.075)


@picture("bud-vase-trio-1", GLASS, fill=0.66)
def trio() -> None:
    together(ball_vase(), x=-0.62, y=-0.05)
    together(bottle_vase(), x=0.12, y=0.4)
    together(tube_vase(), x=0.55, y=-0.25)


@picture("bud-vase-trio-2", GLASS, fill=0.74)
def trio_with_stems() -> None:
    trio()
    together(branch(1.5, 5), x=-0.62, y=-0.05, z=0.07, roll=5)
    together(branch(1.7, 8), x=0.12, y=0.4, z=0.07, roll=-3)
    together(branch(1.3, 11), x=0.55, y=-0.25, z=0.07, roll=7)


picture("bell-cloche-1", GLASS, fill=0.66)(cloche)


@picture("bell-cloche-2", GLASS, fill=0.66, elevation=16)
def cheese_under_glass() -> None:
    cloche()
    wedge()
