"""Boards, tools, pots and the larder."""

import math
from random import Random

from ceramics import stoneware
from materials import crust, enamel, granite, matt, metal, wood
from shapes import (
    block,
    circle,
    flowing,
    paint,
    place,
    plank,
    ring,
    rounded,
    rounded_rectangle,
    smooth_profile,
    swept,
    together,
    turned,
    wall,
)
from soft import lump
from stage import Shot, picture

KITCHEN = Shot(tone="kitchen", fill=0.66)
ENAMELS = {"cream": "#e8e0cd", "sage": "#979e8d", "ink": "#2f353d"}


def board(kind: str = "oak", width: float = 1.7, length: float = 3.0):
    shape = rounded_rectangle(width, length, 0.22)
    hole = circle(0.13, 0, length / 2 - 0.32)
    return paint(plank(shape, 0.2, 0.035, [hole]), wood(kind, "Y"))


def loaf(length: float = 1.5, seed: int = 3):
    body = lump(0.5, squash=0.72, rough=0.09, seed=seed)
    for v in body.data.vertices:
        stretch = length / 1.0
        v.co.x *= stretch
        cuts = math.sin((v.co.x + v.co.y * 0.5) * 7.5)
        if v.co.z > 0.45:
            v.co.z -= 0.05 * max(0, cuts) ** 5
        v.co.z = max(v.co.z - 0.06, 0)
    return paint(body, crust())


def spoon(head: str, length: float = 3.0):
    """Bowl at the top, handle down, lying along y with its face up."""
    width = {"round": 0.62, "slotted": 0.6, "flat": 0.58}[head]
    n = 40
    handle = swept(
        flowing([(0, -length / 2, 0.1), (0, -0.4, 0.1), (0, length / 2 - 0.75, 0.11)], 12),
        lambda t: 0.17 - 0.03 * math.sin(t * math.pi),
        lambda t: 0.13,
        up=(0, 0, 1),
    )
    outline = []
    for k in range(n):
        a = 2 * math.pi * k / n
        x, y = math.cos(a) * width / 2, math.sin(a) * 0.46
        if head == "flat" and y > 0.28:
            y = 0.28 + (y - 0.28) * 0.25 + 0.12 * x
        outline.append((x, y))
    holes = []
    if head == "slotted":
        for x in (-0.13, 0, 0.13):
            holes.append([(x + px, py) for px, py in rounded_rectangle(0.06, 0.42, 0.029, 5)])
    blade = plank(outline, 0.09, 0.03, holes)
    for v in blade.data.vertices:
        r = (v.co.x / width * 2) ** 2 + (v.co.y / 0.46) ** 2
        v.co.z += 0.07 * min(r, 1.0) if head != "flat" else 0
    place(blade, y=length / 2 - 0.42, z=0.06)
    grain = wood("cherry", "Y", scale=1.3)
    return together(paint(handle, grain), paint(blade, grain))


def brush():
    handle = swept(
        flowing([(0, -1.25, 0.07), (0, -0.6, 0.11), (0, 0.2, 0.21), (0, 0.72, 0.4)], 12),
        lambda t: 0.2 - 0.05 * math.sin(t * 3),
        lambda t: 0.14,
        up=(0, 0, 1),
    )
    head = turned(
        rounded([(0, 0), (0.4, 0, 0.03), (0.42, 0.1, 0.05), (0.3, 0.2, 0.08), (0, 0.22)], 6)
    )
    place(head, 0, 1.0, 0.36)
    things = [paint(handle, wood("beech", "Y")), paint(head, wood("beech", "X"))]
    collar = place(paint(ring(0.17, 0.03), metal("steel")), 0, 0.72, 0.33)
    luck, hair = Random(4), matt("#d9c79e", grain=80, rough=0.7)
    bristles = []
    for k in range(340):
        r, a = 0.36 * math.sqrt((k + 0.5) / 340), k * 2.39996
        x, y = r * math.cos(a), r * math.sin(a)
        out = 1 + 0.16 * r / 0.36
        tip = (
            x * out + luck.uniform(-0.015, 0.015),
            y * out + luck.uniform(-0.015, 0.015),
            luck.uniform(0, 0.02),
        )
        bristles.append(paint(swept([(x, y, 0.37), tip], 0.026, sides=5), hair))
    together(bristles, y=1.0)
    things.append(collar)
    return together(things, bristles, turn=-28)


def casserole(colour: str = "cream", lid: str = "enamel"):
    skin = enamel(ENAMELS[colour])
    pot = turned(
        wall(
            rounded([(0, 0), (1.05, 0, 0.12), (1.2, 0.5), (1.22, 1.05), (1.24, 1.12)], 10),
            0.08,
            0.1,
        )
    )
    things = [paint(pot, skin)]
    for side in (-1, 1):
        loop = flowing(
            [
                (side * 1.18, -0.34, 0.86),
                (side * 1.42, -0.26, 0.9),
                (side * 1.5, 0, 0.91),
                (side * 1.42, 0.26, 0.9),
                (side * 1.18, 0.34, 0.86),
            ],
            12,
        )
        things.append(paint(swept(loop, 0.16, 0.11, up=(0, 0, 1)), skin))
    rim = place(paint(ring(1.2, 0.035), metal("steel")), z=1.13)
    things.append(rim)
    if lid == "enamel":
        top = turned(
            rounded(
                [
                    (0, 1.1),
                    (1.2, 1.13, 0.02),
                    (1.23, 1.17, 0.03),
                    (1.1, 1.26, 0.12),
                    (0.5, 1.42, 0.3),
                    (0, 1.46),
                ],
                10,
            )
        )
        knob = turned(
            rounded(
                [
                    (0, 1.45),
                    (0.1, 1.45, 0.02),
                    (0.09, 1.56, 0.04),
                    (0.22, 1.62, 0.05),
                    (0.22, 1.7, 0.05),
                    (0, 1.73),
                ],
                8,
            )
        )
        things += [paint(top, skin), paint(knob, metal("brass"))]
    else:
        top = turned(
            rounded(
                [(0, 1.13), (1.24, 1.13, 0.03), (1.26, 1.2, 0.04), (1.24, 1.3, 0.04), (0, 1.31)], 6
            )
        )
        grip = block(0.9, 0.13, 0.2, 0.05, 5)
        place(grip, z=1.3)
        things += [paint(top, wood("oak", "X")), paint(grip, wood("oak", "X"))]
    return together(things, turn=12)


def mortar():
    outside = wall(
        smooth_profile(
            [(0, 0), (0.52, 0), (0.58, 0.05), (0.62, 0.2), (0.74, 0.6), (0.78, 1.02), (0.78, 1.1)],
            10,
        ),
        0.14,
        0.22,
    )
    stone = granite()
    vessel = paint(turned(outside), stone)
    pestle = turned(
        smooth_profile(
            [
                (0, 0),
                (0.14, 0.01),
                (0.21, 0.1),
                (0.2, 0.3),
                (0.13, 0.7),
                (0.12, 1.1),
                (0.17, 1.45),
                (0.12, 1.56),
                (0, 1.58),
            ],
            8,
        )
    )
    place(paint(pestle, stone), -0.22, -0.1, 0.27, roll=31, turn=-15)
    return [vessel, pestle]


def mill(kind: str = "oak", height: float = 2.0):
    s = height / 2.0
    base = smooth_profile(
        [
            (0, 0),
            (0.3, 0),
            (0.315, 0.03),
            (0.3, 0.2),
            (0.19, 0.62),
            (0.18, 0.86),
            (0.26, 1.18),
            (0.285, 1.34),
            (0.25, 1.4),
            (0.0, 1.405),
        ],
        8,
    )
    top = smooth_profile(
        [
            (0, 1.425),
            (0.25, 1.425),
            (0.285, 1.46),
            (0.29, 1.58),
            (0.22, 1.82),
            (0.1, 1.9),
            (0, 1.91),
        ],
        8,
    )
    nut = lump(0.07, rough=0)
    grain = wood(kind, "Z", rough=0.42)
    things = [
        paint(turned([(r, z * s) for r, z in base]), grain),
        paint(turned([(r, z * s) for r, z in top]), grain),
    ]
    return [*things, place(paint(nut, metal("steel")), z=1.88 * s)]


picture("oak-board-1", KITCHEN, elevation=8, wall=True, fill=0.7)(
    lambda: place(board(), tilt=80, z=1.5, y=0.2, turn=0)
)
picture("oak-board-walnut", KITCHEN, elevation=8, wall=True, fill=0.7)(
    lambda: place(board("walnut"), tilt=80, z=1.5, y=0.2, turn=0)
)


@picture("oak-board-2", KITCHEN, elevation=30, azimuth=-14, fill=0.74)
def bread_on_board() -> None:
    place(board(), turn=78)
    together(loaf(), x=-0.3, z=0.2, turn=14)


@picture("rolling-pin-1", KITCHEN, elevation=36, fill=0.76)
def pin() -> None:
    body = turned(
        smooth_profile(
            [
                (0, -2.3),
                (0.1, -2.29),
                (0.13, -2.2),
                (0.19, -1.2),
                (0.215, 0),
                (0.19, 1.2),
                (0.13, 2.2),
                (0.1, 2.29),
                (0, 2.3),
            ],
            12,
        )
    )
    paint(body, wood("beech", "Z"))
    together(body, tilt=90, z=0.21, turn=52)


@picture("spoon-set-1", KITCHEN, elevation=52, fill=0.72)
def three_spoons() -> None:
    for k, head in enumerate(("round", "slotted", "flat")):
        together(spoon(head), x=(k - 1) * 0.82, turn=(1 - k) * 3 + 6)


@picture("spoon-set-2", KITCHEN, fill=0.7)
def spoons_in_jar() -> None:
    paint(
        turned(wall(rounded([(0, 0), (0.42, 0, 0.06), (0.46, 0.2), (0.46, 1.3)], 8), 0.05, 0.08)),
        stoneware("oat", foot=0.08),
    )
    for head, lean, way in (("round", 9, 10), ("slotted", 8, 95), ("flat", 9, 185)):
        one = spoon(head)
        together(one, tilt=90)
        together(one, z=1.62, tilt=0, turn=20)
        together(
            one,
            roll=lean * math.cos(math.radians(way)),
            tilt=lean * math.sin(math.radians(way)),
            y=0.02,
        )


picture("dish-brush-1", KITCHEN, elevation=30, fill=0.7)(brush)


picture("enamel-casserole-1", KITCHEN, elevation=15, fill=0.74)(casserole)
picture("enamel-casserole-sage", KITCHEN, elevation=15, fill=0.74)(lambda: casserole("sage"))
picture("enamel-casserole-ink", KITCHEN, elevation=15, fill=0.74)(lambda: casserole("ink"))
picture("enamel-casserole-oak-lid", KITCHEN, elevation=15, fill=0.74)(
    lambda: casserole("cream", "oak")
)
picture("mortar-and-pestle-1", KITCHEN, elevation=16, fill=0.62)(mortar)
picture("pepper-mill-1", KITCHEN, elevation=8, fill=0.62)(mill)
picture("pepper-mill-walnut", KITCHEN, elevation=8, fill=0.62)(lambda: mill("walnut"))
picture("pepper-mill-black-ash", KITCHEN, elevation=8, fill=0.62)(lambda: mill("black"))
