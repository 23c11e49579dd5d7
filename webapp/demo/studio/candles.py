"""Candles, and what they stand in."""

import math

import bpy

from ceramics import stoneware
from cloth import linen
from lighting import LIGHTING
from materials import CLAY, SAGE, glowing, matt, metal, paper, rgb, wax, wood
from shapes import (
    block,
    flowing,
    paint,
    place,
    rounded,
    smooth_profile,
    swept,
    together,
    turned,
    wall,
)
from soft import folded, lump
from stage import picture


def flame(x: float, y: float, z: float, size: float = 0.3, watts: float = 2.0) -> None:
    body = turned(
        smooth_profile([(0, 0), (0.16, 0.12), (0.2, 0.32), (0.12, 0.62), (0.04, 0.88), (0, 1.0)], 8)
    )
    paint(body, glowing("#ffc878", 9))
    place(body, x, y, z, scale=size)
    body.visible_shadow = False
    wick = paint(swept([(x, y, z - 0.1), (x + 0.01, y, z + 0.08)], 0.022, sides=8), matt("#1d1a17"))
    lamp = bpy.data.lights.new("flame", "POINT")
    lamp.energy, lamp.shadow_soft_size, lamp.color = watts, 0.06, rgb("#ffb765")[:3]
    thing = bpy.data.objects.new("flame", lamp)
    thing.location = (x, y, z + size * 0.45)
    bpy.context.scene.collection.objects.link(thing)
    wick.visible_shadow = False


TAPERS = {"natural": "#d9a648", "clay": CLAY, "sage": SAGE}


def taper(colour: str = "natural"):
    body = turned(
        smooth_profile(
            [
                (0, 0),
                (0.098, 0),
                (0.1, 0.02),
                (0.096, 1.0),
                (0.085, 2.1),
                (0.06, 2.4),
                (0.02, 2.48),
                (0, 2.49),
            ],
            10,
        )
    )
    wick = swept(flowing([(0, 0, 2.46), (0.01, 0, 2.56), (0.04, 0, 2.66)], 6), 0.024, sides=8)
    return [paint(body, wax(TAPERS[colour])), paint(wick, matt("#efe7d6", grain=60))]


def bundle(colour: str) -> None:
    """Four tapers lying together, tied in the middle."""
    for k, (x, z) in enumerate(((-0.1, 0.1), (0.1, 0.1), (0.0, 0.272), (-0.2, 0.272))):
        one = together(taper(colour), tilt=-90)
        together(one, x=x, z=z, y=-1.25 + 0.02 * k, turn=0)
    string = matt("#8a7352", grain=80, bump=0.6)
    for k in range(3):
        loop = [
            (-0.05 + 0.27 * math.cos(a), 0.05 * k, 0.187 + 0.2 * math.sin(a))
            for a in (2 * math.pi * s / 40 for s in range(41))
        ]
        paint(swept(loop, 0.035, sides=8, up=(0, 1, 0)), string)
    for side in (-1, 1):
        bow = flowing(
            [
                (-0.05, 0.05, 0.39),
                (-0.05 + side * 0.2, 0.0, 0.5),
                (-0.05 + side * 0.36, 0.0, 0.4),
                (-0.05 + side * 0.2, 0.06, 0.38),
                (-0.05, 0.05, 0.39),
            ],
            10,
        )
        paint(swept(bow, 0.03, sides=8), string)
        tail = flowing(
            [
                (-0.05, 0.05, 0.39),
                (-0.05 + side * 0.16, -0.16, 0.36),
                (-0.05 + side * 0.36, -0.26, 0.14),
            ],
            10,
        )
        paint(swept(tail, 0.028, sides=8), string)


def holder():
    brass = metal("brass")
    dish = turned(
        rounded(
            [
                (0, 0.03),
                (0.2, 0.0, 0.02),
                (0.5, 0.02, 0.06),
                (0.56, 0.14, 0.02),
                (0.545, 0.145, 0.01),
                (0.48, 0.055, 0.06),
                (0.14, 0.05, 0.02),
                (0.135, 0.4, 0.02),
                (0.17, 0.43, 0.01),
                (0.17, 0.46, 0.01),
                (0.1, 0.46, 0.01),
                (0.1, 0.2),
                (0, 0.2),
            ],
            6,
        )
    )
    loop = [
        (0.72 + 0.17 * math.cos(a), 0, 0.2 + 0.17 * math.sin(a))
        for a in (2 * math.pi * s / 48 for s in range(49))
    ]
    return together(
        paint(dish, brass), paint(swept(loop, 0.05, 0.09, up=(0, 1, 0)), brass), turn=-25
    )


def pillar(
    height: float, lit: bool = False, watts: float = 2.0, x: float = 0, y: float = 0
) -> None:
    dip = 0.05 if lit else 0.02
    body = turned(
        rounded(
            [
                (0, 0),
                (0.345, 0, 0.03),
                (0.35, height, 0.05),
                (0.26, height - dip * 0.6, 0.08),
                (0, height - dip),
            ],
            10,
        )
    )
    paint(body, wax("#ece3cf", height if lit else 0.0))
    place(body, x, y)
    wick = swept([(x, y, height - 0.08), (x, y, height + 0.09)], 0.026, sides=8)
    paint(wick, matt("#2a2622" if lit else "#efe9dc", grain=60))
    if lit:
        flame(x, y, height + 0.03, 0.26, watts)


def cup_candle(watts: float = 1.2):
    cup_ = turned(
        wall(rounded([(0, 0), (0.36, 0, 0.04), (0.42, 0.16, 0.12), (0.42, 0.92)], 8), 0.045, 0.06)
    )
    paint(cup_, stoneware("oat", foot=0.1))
    fill = paint(turned(rounded([(0, 0.7), (0.3, 0.7, 0.03), (0.38, 0.72)], 5)), wax("#efe7d6"))
    if watts:
        flame(0, 0, 0.76, 0.26, watts)
    return [cup_, fill]


for tint in TAPERS:
    picture(
        "beeswax-tapers-1" if tint == "natural" else f"beeswax-tapers-{tint}",
        LIGHTING,
        elevation=34,
        azimuth=38,
        fill=0.72,
    )(lambda tint=tint: bundle(tint))


@picture("beeswax-tapers-2", LIGHTING, mood="dusk", tone="dusk", fill=0.74, samples=9)
def burning_tapers() -> None:
    for x, y in ((-0.7, 0.1), (0.65, -0.25)):
        together(holder(), taper_only(), x=x, y=y)
        flame(x + 0.03, y, 2.76, 0.3, 45)


def taper_only():
    return together(taper(), z=0.2)


@picture("pillar-candle-1", LIGHTING, fill=0.68, elevation=10)
def three_pillars() -> None:
    pillar(0.8, x=-0.75, y=-0.35)
    pillar(1.2, True, 3, x=0.05, y=-0.05)
    pillar(1.8, x=0.7, y=0.55)


@picture("pillar-candle-2", LIGHTING, mood="dusk", tone="dusk", fill=0.56, samples=9)
def one_pillar() -> None:
    pillar(1.8, True, 40)


picture("brass-candleholder-1", LIGHTING, elevation=20, fill=0.66)(holder)


@picture("brass-candleholder-2", LIGHTING, mood="dusk", tone="dusk", fill=0.72, samples=9)
def lit_holder() -> None:
    together(holder(), taper_only())
    flame(0.03, 0, 2.76, 0.3, 45)


picture("scented-candle-1", LIGHTING, elevation=19, fill=0.56)(cup_candle)


@picture("scented-candle-2", LIGHTING, elevation=17, fill=0.72)
def candle_and_matches() -> None:
    together(cup_candle(), x=0)
    together(paint(folded(1.0, 0.9, 4, 0.03, seed=5), linen("#a6a894")), x=-1.0, y=0.5, turn=-20)
    box = paint(block(0.55, 0.36, 0.14, 0.01), paper("#8d6a55"))
    place(box, 0.72, -0.42, turn=24)
    for k in range(3):
        stick = place(
            paint(block(0.46, 0.025, 0.025, 0.003), wood("ash", "X")),
            0.35 + 0.07 * k,
            -0.8 + 0.05 * k,
            0,
            turn=18 * k - 10,
        )
        head = paint(lump(0.024, rough=0.1), matt("#7d2f22"))
        a = math.radians(18 * k - 10)
        place(head, 0.35 + 0.07 * k + 0.24 * math.cos(a), -0.8 + 0.05 * k + 0.24 * math.sin(a), 0)
        del stick
