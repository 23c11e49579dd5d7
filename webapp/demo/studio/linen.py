"""Folded cloth, wool, cushions; and the bathroom shelf."""

import math
from random import Random

from ceramics import plate, stoneware
from cloth import linen, waffle, wool
from glassware import tumbler
from larder import wrapped
from lettering import label
from materials import CLAY, FLAX, MOSS, OAT, RUST, SAGE, WHITE, glass, matt, shade
from shapes import (
    block,
    flowing,
    paint,
    place,
    plank,
    rounded,
    rounded_rectangle,
    sheet,
    swept,
    together,
    turned,
)
from soft import folded, pillow
from stage import Shot, picture

LINEN = Shot(tone="linen", fill=0.77, elevation=22, azimuth=-24)
CLOTHS = {
    "flax": FLAX,
    "sage": SAGE,
    "clay": CLAY,
    "white": WHITE,
    "moss": MOSS,
    "rust": RUST,
    "oat": OAT,
}


def napkins(colour: str) -> None:
    cloth = linen(CLOTHS[colour])
    for k in range(4):
        pile = paint(folded(2.1, 2.1, 3, 0.036, seed=k * 2 + 1, loose=1.8), cloth)
        place(pile, 0.02 * (-1) ** k, 0.015 * k, k * 0.165, turn=(-2, 1.5, -0.5, 3)[k])


def tablecloth(colour: str) -> None:
    paint(folded(2.8, 2.3, 8, 0.06, seed=4, loose=1.8), linen(CLOTHS[colour]))


def tea_towel(colour: str) -> None:
    tint = {"ink": "#3d4651", "rust": "#a4644b"}[colour]
    bands = ((0.62, 0.67), (0.73, 0.78), (0.84, 0.89))
    place(
        paint(
            folded(1.7, 2.4, 5, 0.042, seed=6, loose=1.8),
            linen("#e0d8c8", stripes=tint, bands=bands),
        ),
        z=0,
    )


def throw(colour: str) -> None:
    cloth = wool("#d2c6b1" if colour == "oat" else CLOTHS[colour])
    pile = paint(folded(2.8, 2.2, 5, 0.1, seed=3, loose=1.5, name="throw"), cloth)
    luck = Random(2)
    layers = [0, 1, 2, 3, 4]
    tassels = []
    for n in layers:
        for k in range(30):
            x = -1.32 + 2.64 * k / 29 + luck.uniform(-0.015, 0.015)
            z = n * 0.135 + 0.05
            if n % 2:
                continue
            drop = luck.uniform(0.0, 0.03)
            long = luck.uniform(0.24, 0.3)
            low = max(0.03, z - 0.07 - drop)
            path = flowing(
                [
                    (x, -1.06, z),
                    (x + luck.uniform(-0.02, 0.02), -1.06 - long * 0.5, z - 0.01),
                    (x + luck.uniform(-0.05, 0.05), -1.06 - long, low),
                ],
                6,
            )
            tassels.append(
                paint(
                    swept(path, lambda t: 0.05 - 0.01 * t + 0.006 * math.sin(t * 30), sides=8),
                    cloth,
                )
            )
    together([pile], tassels, turn=4)


def cushion(colour: str, size: float = 3.2, seed: int = 0):
    cloth = linen(CLOTHS[colour], weave=30)
    body = paint(pillow(size, 1.25, seed), cloth)
    edge = []
    steps = 60
    for side in range(4):
        for k in range(steps):
            t = 2 * k / steps - 1
            pull = 1 - 0.07 * (1 - t * t)
            x, y = ((t, -pull), (pull, t), (-t, pull), (-pull, -t))[side]
            edge.append((x * size / 2, y * size / 2, 0))
    edge.append(edge[0])
    piping = paint(swept(edge, 0.085, sides=12, hollow=True), cloth)
    return together([body, piping], tilt=78, z=size / 2 * 0.93)


def towels(colour: str, count: int = 3) -> None:
    cloth = waffle("#efebe3" if colour == "white" else SAGE)
    for k in range(count):
        pile = paint(folded(1.9, 1.5, 4, 0.085, seed=k * 3 + 2, loose=1.2), cloth)
        place(pile, 0.02 * (-1) ** k, 0.02 * k, k * 0.475, turn=(-1.5, 2, -0.5)[k])


def soap(colour: str = "#e9e0c9", mark: bool = True):
    bar = paint(
        plank(rounded_rectangle(0.92, 0.58, 0.1), 0.3, 0.09),
        matt(colour, grain=9, rough=0.5, bump=0.1, cloud=0.03),
    )
    if not mark:
        return [bar]
    pressed = matt(shade_of(colour), grain=9, rough=0.6, bump=0.1)
    ring_ = [
        (0.13 * math.cos(a), 0.13 * math.sin(a), 0.298)
        for a in (2 * math.pi * k / 48 for k in range(49))
    ]
    line = swept(ring_, 0.02, 0.012, sides=8, hollow=True)
    leaf_ = swept(
        flowing([(-0.06, -0.06, 0.298), (0, 0, 0.299), (0.07, 0.07, 0.298)], 8),
        lambda t: 0.012 + 0.05 * math.sin(math.pi * t),
        0.01,
        sides=8,
    )
    return [bar, paint(line, pressed), paint(leaf_, pressed)]


def shade_of(colour: str) -> str:
    return shade(colour, 0.86)


def dish():
    """An oval dish with five ridges across."""
    skin = stoneware("oat", foot=0.05)
    outline = [
        (0.74 * math.cos(a), 0.48 * math.sin(a)) for a in (2 * math.pi * k / 80 for k in range(80))
    ]
    base = plank(outline, 0.12, 0.05)
    rim = swept(
        [(x * 0.97, y * 0.96, 0.13) for x, y in [*outline, outline[0]]],
        0.1,
        0.13,
        sides=16,
        hollow=True,
    )
    ridges = []
    for k in range(5):
        x = -0.4 + 0.2 * k
        half = 0.46 * math.sqrt(1 - (x / 0.72) ** 2) - 0.12
        ridges.append(
            swept(
                flowing([(x, -half, 0.12), (x, 0, 0.15), (x, half, 0.12)], 8), 0.07, 0.1, sides=14
            )
        )
    return [paint(t, skin) for t in (base, rim, *ridges)]


def pump_bottle():
    amber = glass("#b9742c", ior=1.5, shadow=0.6)
    line = rounded(
        [(0, 0), (0.33, 0, 0.05), (0.34, 1.15, 0.22), (0.13, 1.34, 0.06), (0.125, 1.46), (0, 1.46)],
        8,
    )
    body = paint(turned(line), amber)
    soapy = paint(
        turned([(0, 0.05), (0.3, 0.06), (0.3, 1.0), (0, 1.0)]), matt("#6b3c14", grain=3, rough=0.3)
    )
    black = matt("#1f1f1f", grain=40, rough=0.5, bump=0.05)
    collar = turned(
        rounded(
            [
                (0, 1.42),
                (0.165, 1.42, 0.01),
                (0.165, 1.58, 0.02),
                (0.06, 1.6, 0.01),
                (0.05, 1.82),
                (0.09, 1.82),
                (0.1, 1.92, 0.02),
                (0, 1.93),
            ],
            5,
        )
    )
    nozzle = swept(
        flowing([(0, 0, 1.88), (-0.18, 0, 1.88), (-0.34, 0, 1.86), (-0.38, 0, 1.8)], 8),
        lambda t: 0.1 - 0.04 * t,
        sides=14,
        up=(0, 1, 0),
    )
    art = label("handwash", ["Hand", "wash"], ["rosemary", "250 ml"], size=(560, 600))
    return [
        body,
        soapy,
        paint(collar, black),
        paint(nozzle, black),
        wrapped(art, 0.347, 0.26, 0.96, 110),
    ]


for tint in ("flax", "sage", "clay", "white"):
    picture("linen-napkins-1" if tint == "flax" else f"linen-napkins-{tint}", LINEN)(
        lambda tint=tint: napkins(tint)
    )
picture("linen-tablecloth-1", LINEN)(lambda: tablecloth("flax"))
picture("linen-tablecloth-white", LINEN)(lambda: tablecloth("white"))


@picture("linen-tablecloth-2", LINEN, elevation=27, azimuth=-10, target=(0, -0.75, 1.25), span=4.3)
def laid_table() -> None:
    cloth = sheet(7.2, 5.0, grid=(190, 150), thickness=0.02)
    for v in cloth.data.vertices:
        x, y = v.co.x, v.co.y
        edge = -1.2
        if y < edge:
            drop = edge - y
            wave = 0.13 * math.sin(x * 3.1 + 0.7) + 0.06 * math.sin(x * 6.7 + 1)
            v.co.y = edge - 0.06 - wave * min(1, drop / 0.5) * 0.8
            v.co.z = 1.4 - drop
        else:
            v.co.z = 1.4 + 0.004 * math.sin(x * 5) * math.sin(y * 4)
    for loop in cloth.data.loops:
        uv = cloth.data.uv_layers[0].data[loop.index].uv
        uv.x, uv.y = uv.x * 7.2, uv.y * 5.0
    paint(cloth, linen(FLAX))
    top = paint(block(7.1, 2.9, 0.12, 0.02), matt("#8a6b4a"))
    place(top, y=0.26, z=1.27)
    together(plate(2.4, "oat"), x=-0.4, y=0.0, z=1.41)
    together(plate(1.9, "oat"), x=-0.4, y=0.0, z=1.52)
    together(tumbler("clear", 0.5), x=0.75, y=0.85, z=1.41)
    together(tumbler("smoke"), x=1.3, y=0.3, z=1.41)


for tint in ("ink", "rust"):
    picture("tea-towel-1" if tint == "ink" else f"tea-towel-{tint}", LINEN, elevation=30)(
        lambda tint=tint: tea_towel(tint)
    )
for tint in ("oat", "moss", "rust"):
    picture("wool-throw-1" if tint == "oat" else f"wool-throw-{tint}", LINEN, azimuth=-18)(
        lambda tint=tint: throw(tint)
    )
for tint in ("flax", "clay", "moss"):
    picture(
        "block-cushion-1" if tint == "flax" else f"block-cushion-{tint}",
        LINEN,
        elevation=7,
        azimuth=12,
        fill=0.66,
    )(lambda tint=tint: cushion(tint))


@picture("block-cushion-2", LINEN, elevation=9, azimuth=8, fill=0.76)
def two_cushions() -> None:
    together(cushion("moss", 3.2, 2), x=0.75, y=0.85, turn=-8)
    together(cushion("flax", 3.0, 5), x=-0.65, y=-0.1, turn=9)


picture("waffle-towel-1", LINEN, fill=0.66)(lambda: towels("white"))
picture("waffle-towel-sage", LINEN, fill=0.66)(lambda: towels("sage"))
picture("waffle-towel-2", LINEN, target=(-0.35, -0.7, 1.2), span=1.5, elevation=34)(
    lambda: towels("white")
)


@picture("olive-soap-1", LINEN, elevation=34, azimuth=-20, fill=0.58)
def plain_bar() -> None:
    soap()


@picture("olive-soap-laurel", LINEN, elevation=34, azimuth=-20, fill=0.58)
def laurel_bar() -> None:
    soap("#b3b49a")


@picture("olive-soap-2", LINEN, elevation=24, azimuth=-14, fill=0.66)
def soap_on_dish() -> None:
    dish()
    together(soap(mark=False), z=0.17, turn=3)
    together(soap("#b3b49a"), z=0.47, turn=-14)


picture("hand-wash-1", LINEN, elevation=8, azimuth=0, fill=0.64, samples=8, bounces=10)(pump_bottle)


@picture("hand-wash-2", LINEN, elevation=15, azimuth=0, fill=0.74, samples=8, bounces=10)
def washstand() -> None:
    together(pump_bottle(), x=-0.55, y=-0.05)
    for k in range(2):
        pile = paint(folded(1.3, 1.0, 4, 0.075, seed=k + 1), waffle("#efebe3"))
        place(pile, 0.62, 0.45, k * 0.42, turn=-8 + 3 * k)
    together(soap(), x=0.3, y=-0.65, turn=18, scale=0.9)


picture("soap-dish-1", LINEN, elevation=34, azimuth=-16, fill=0.66)(dish)
