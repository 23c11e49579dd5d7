"""Lamps and candles."""

import math

from ceramics import stoneware
from materials import (
    CHALK,
    CLAY,
    INK,
    SAGE,
    glass,
    glowing,
    jute,
    lacquer,
    lantern,
    linen,
    matt,
    metal,
    paper,
    rgb,
    wax,
)
from shapes import (
    block,
    flowing,
    folded,
    lump,
    paint,
    place,
    ring,
    rounded,
    smooth_profile,
    swept,
    together,
    turned,
    wall,
)
from stage import Shot, picture

import bpy

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
    foot = turned(rounded([(0, 0), (0.62, 0, 0.03), (0.64, 0.07, 0.04), (0.5, 0.11, 0.05), (0.05, 0.13), (0, 0.13)], 8))
    stem = turned(rounded([(0, 0.1), (0.055, 0.1), (0.055, 2.9), (0, 2.9)], 4))
    dome = smooth_profile([(1.2, 2.42), (1.19, 2.6), (1.06, 2.98), (0.78, 3.28), (0.4, 3.44), (0, 3.5)], 12)
    inner = [(max(r - 0.03, 0), z - 0.03 if r < 1.1 else z) for r, z in dome][::-1]
    shade_ = turned([*dome, *inner, dome[0]])
    knob = turned(rounded([(0, 3.48), (0.06, 3.48), (0.06, 3.58, 0.03), (0, 3.6)], 6))
    together(paint(foot, coat), paint(stem, metal("brass")), paint(shade_, coat), paint(knob, metal("brass")))
    cable = swept(flowing([(0.1, 0.6, 0.03), (0.5, 0.9, 0.02), (1.2, 1.0, 0.02), (2.6, 1.6, 0.02), (6.0, 2.2, 0.02)], 16), 0.045, sides=10)
    cable["unframed"] = True
    paint(cable, linen("#cdbfa8"))
    if watts:
        bulb(0, 0, 2.75, watts)


def pendant(shade_colour: str = "chalk", fitting: str = "brass", cable: str = "flax") -> None:
    coat = lacquer(COATS[shade_colour])
    line = smooth_profile([(1.2, 1.2), (1.17, 1.34), (0.95, 1.7), (0.55, 2.0), (0.24, 2.2), (0.16, 2.5), (0.13, 2.62)], 12)
    inner = [(max(r - 0.025, 0.1), z - 0.02 if i else z) for i, (r, z) in enumerate(line)][::-1]
    body = turned([*line, *inner, line[0]])
    paint(body, coat)
    cup_ = turned(rounded([(0, 2.55), (0.165, 2.55, 0.02), (0.17, 2.86, 0.05), (0.06, 2.92, 0.03), (0.05, 3.02), (0, 3.02)], 6))
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

    line = [(radius * math.cos(a), radius + radius * 0.95 * math.sin(a)) for a in (math.radians(-80 + 160 * k / 240) for k in range(241))]
    paint(turned(line, shape=ribs, segments=160, smooth=80), lantern(strength))
    wire = matt("#8a6d48", grain=30)
    for z in (line[0][1], line[-1][1]):
        place(paint(ring(radius * math.cos(math.radians(80)), 0.04), wire), z=z)


def arc_lamp() -> None:
    brass = metal("brass")
    foot = turned(rounded([(0, 0), (0.78, 0, 0.03), (0.8, 0.12, 0.04), (0.72, 0.16, 0.04), (0, 0.16)], 8))
    paint(foot, lacquer(INK))
    path = [(0.45, 0, 0.1), (0.45, 0, 1.2), (0.45, 0, 2.6)]
    arc = [(-0.55 + 1.0 * math.cos(a), 0, 2.6 + 1.0 * math.sin(a)) for a in (math.pi * k / 30 for k in range(1, 27))]
    paint(swept([*flowing(path, 10), *arc], 0.1, up=(0, 1, 0)), brass)
    end = arc[-1]
    line = rounded([(0.5, 0, 0), (0.5, 0.04), (0.18, 0.58, 0.06), (0.16, 0.76, 0.04), (0.0, 0.78)], 6)
    inner = rounded([(0.0, 0.74), (0.13, 0.72, 0.03), (0.15, 0.57), (0.47, 0.02), (0.5, 0)], 4)
    cone = paint(turned([*line, *inner]), lacquer(INK))
    place(cone, end[0] - 0.1, 0, end[2] - 0.66, roll=14)
    joint = paint(turned(rounded([(0, -0.1), (0.1, -0.1, 0.02), (0.1, 0.1, 0.02), (0, 0.1)], 4)), brass)
    place(joint, end[0], 0, end[2] + 0.04, tilt=90)
    bulb(end[0] - 0.18, 0, end[2] - 0.36, 14, 0.13)


def flame(x: float, y: float, z: float, size: float = 0.3, watts: float = 2.0) -> None:
    body = turned(smooth_profile([(0, 0), (0.16, 0.12), (0.2, 0.32), (0.12, 0.62), (0.04, 0.88), (0, 1.0)], 8))
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
    body = turned(smooth_profile([(0, 0), (0.098, 0), (0.1, 0.02), (0.096, 1.0), (0.085, 2.1), (0.06, 2.4), (0.02, 2.48), (0, 2.49)], 10))
    wick = swept(flowing([(0, 0, 2.46), (0.01, 0, 2.56), (0.04, 0, 2.66)], 6), 0.024, sides=8)
    return [paint(body, wax(TAPERS[colour])), paint(wick, matt("#efe7d6", grain=60))]


def bundle(colour: str) -> None:
    """Four tapers lying together, tied in the middle."""
    for k, (x, z) in enumerate(((-0.1, 0.1), (0.1, 0.1), (0.0, 0.272), (-0.2, 0.272))):
        one = together(taper(colour), tilt=-90)
        together(one, x=x, z=z, y=-1.25 + 0.02 * k, turn=0)
    string = matt("#8a7352", grain=80, bump=0.6)
    for k in range(3):
        loop = [(-0.05 + 0.27 * math.cos(a), 0.05 * k, 0.187 + 0.2 * math.sin(a)) for a in (2 * math.pi * s / 40 for s in range(41))]
        paint(swept(loop, 0.035, sides=8, up=(0, 1, 0)), string)
    for side in (-1, 1):
        bow = flowing([(-0.05, 0.05, 0.39), (-0.05 + side * 0.2, 0.0, 0.5), (-0.05 + side * 0.36, 0.0, 0.4), (-0.05 + side * 0.2, 0.06, 0.38), (-0.05, 0.05, 0.39)], 10)
        paint(swept(bow, 0.03, sides=8), string)
        tail = flowing([(-0.05, 0.05, 0.39), (-0.05 + side * 0.16, -0.16, 0.36), (-0.05 + side * 0.36, -0.26, 0.14)], 10)
        paint(swept(tail, 0.028, sides=8), string)


def holder():
    brass = metal("brass")
    dish = turned(rounded([(0, 0.03), (0.2, 0.0, 0.02), (0.5, 0.02, 0.06), (0.56, 0.14, 0.02), (0.545, 0.145, 0.01), (0.48, 0.055, 0.06), (0.14, 0.05, 0.02), (0.135, 0.4, 0.02), (0.17, 0.43, 0.01), (0.17, 0.46, 0.01), (0.1, 0.46, 0.01), (0.1, 0.2), (0, 0.2)], 6))
    loop = [(0.72 + 0.17 * math.cos(a), 0, 0.2 + 0.17 * math.sin(a)) for a in (2 * math.pi * s / 48 for s in range(49))]
    return together(paint(dish, brass), paint(swept(loop, 0.05, 0.09, up=(0, 1, 0)), brass), turn=-25)


def pillar(height: float, lit: bool = False, watts: float = 2.0, x: float = 0, y: float = 0) -> None:
    dip = 0.05 if lit else 0.02
    body = turned(rounded([(0, 0), (0.345, 0, 0.03), (0.35, height, 0.05), (0.26, height - dip * 0.6, 0.08), (0, height - dip)], 10))
    paint(body, wax("#ece3cf", height if lit else 0.0))
    place(body, x, y)
    wick = swept([(x, y, height - 0.08), (x, y, height + 0.09)], 0.026, sides=8)
    paint(wick, matt("#2a2622" if lit else "#efe9dc", grain=60))
    if lit:
        flame(x, y, height + 0.03, 0.26, watts)


def cup_candle(watts: float = 1.2):
    cup_ = turned(wall(rounded([(0, 0), (0.36, 0, 0.04), (0.42, 0.16, 0.12), (0.42, 0.92)], 8), 0.045, 0.06))
    paint(cup_, stoneware("oat", foot=0.1))
    fill = paint(turned(rounded([(0, 0.7), (0.3, 0.7, 0.03), (0.38, 0.72)], 5)), wax("#efe7d6"))
    if watts:
        flame(0, 0, 0.76, 0.26, watts)
    return [cup_, fill]


def book(width: float, depth: float, height: float, colour: str):
    cover = linen(colour, weave=50)
    things = [paint(block(width, depth, 0.03, 0.008), cover), place(paint(block(width, depth, 0.03, 0.008), cover), z=height - 0.03)]
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
    for k, (w, d, h, colour, turn) in enumerate(((1.7, 1.2, 0.26, "#7d8172", 8), (1.55, 1.1, 0.2, "#a37f6b", -4), (1.4, 1.0, 0.17, "#d9cfbd", 12))):
        together(book(w, d, h, colour), x=1.5, y=-0.5, z=(0, 0.26, 0.46)[k], turn=turn)


picture("bell-pendant-1", LIGHTING, elevation=-4, wall=True, drop=0.02)(pendant)
picture("bell-pendant-sage", LIGHTING, elevation=-4, wall=True, drop=0.02)(lambda: pendant("sage"))
picture("bell-pendant-ink", LIGHTING, elevation=-4, wall=True, drop=0.02)(lambda: pendant("ink", "black", "charcoal"))
picture("bell-pendant-chalk-black", LIGHTING, elevation=-4, wall=True, drop=0.02)(lambda: pendant("chalk", "black", "charcoal"))
picture("paper-globe-1", LIGHTING, mood="dusk", tone="dusk", wall=True, samples=9)(lambda: globe(0.85))
picture("paper-globe-2", LIGHTING)(lambda: globe(0))
picture("arc-task-lamp-1", LIGHTING, fill=0.7)(arc_lamp)
for tint in TAPERS:
    picture("beeswax-tapers-1" if tint == "natural" else f"beeswax-tapers-{tint}", LIGHTING, elevation=34, azimuth=38, fill=0.72)(
        lambda tint=tint: bundle(tint)
    )


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
    from materials import wood

    for k in range(3):
        stick = place(paint(block(0.46, 0.025, 0.025, 0.003), wood("ash", "X")), 0.35 + 0.07 * k, -0.8 + 0.05 * k, 0, turn=18 * k - 10)
        head = paint(lump(0.024, rough=0.1), matt("#7d2f22"))
        a = math.radians(18 * k - 10)
        place(head, 0.35 + 0.07 * k + 0.24 * math.cos(a), -0.8 + 0.05 * k + 0.24 * math.sin(a), 0)
        del stick
