"""The larder: coffee, oil, salt and the jars they stand in."""

import math
from random import Random

import bpy

from ceramics import bowl, cup
from glassware import GLASS
from kitchen import KITCHEN, loaf
from lettering import label
from materials import Graph, glass, matt, metal, printed, shade, wood
from shapes import block, paint, place, rounded, sheet, together, turned, wall
from soft import lump
from stage import picture


def coffee_bag():
    """A block-bottom bag with its top folded over, the label on its front."""
    body = block(1.15, 0.7, 1.7, 0.05, 4)
    for v in body.data.vertices:
        if v.co.z > 1:
            v.co.y *= 0.55
    step = body.modifiers.new("cut", "SUBSURF")
    step.subdivision_type, step.levels, step.render_levels = "SIMPLE", 4, 4
    crease = bpy.data.textures.new("crease", "CLOUDS")
    crease.noise_scale = 0.5
    push = body.modifiers.new("crumple", "DISPLACE")
    push.texture, push.strength, push.mid_level = crease, 0.07, 0.5
    kraft = matt("#b08a5f", grain=45, rough=0.8, bump=0.15, cloud=0.03)
    paint(body, kraft)
    fold = block(1.15, 0.4, 0.24, 0.04, 4)
    paint(fold, kraft)
    place(fold, 0, 0.0, 1.64, tilt=0)
    tie = paint(block(1.22, 0.43, 0.05, 0.015), metal("black"))
    place(tie, 0, -0.002, 1.72)
    art = label(
        "hinterhof",
        ["Hinterhof"],
        ["coffee, roasted on Tuesdays", "250 g · whole bean"],
        size=(600, 640),
    )
    front = sheet(0.78, 0.83, thickness=0.006, grid=(8, 8))
    paint(front, printed(art))
    place(front, tilt=90)
    place(front, 0, -0.286, 0.78, tilt=-5.2)
    return [body, fold, tie, front]


def bean(seed: int = 0):
    body = lump(0.058, squash=0.62, rough=0.05, seed=seed)
    for v in body.data.vertices:
        v.co.x *= 1.35
        v.co.z -= 0.03 * math.exp(-((v.co.y / 0.01) ** 2)) if v.co.z > 0.04 else 0
    return paint(body, matt("#43281a", grain=30, rough=0.45, bump=0.2))


def beans(count: int, x: float, y: float, spread: float, seed: int = 1) -> None:
    luck = Random(seed)
    for k in range(count):
        place(
            bean(k),
            x + luck.gauss(0, spread),
            y + luck.gauss(0, spread * 0.6),
            0,
            turn=luck.uniform(0, 360),
        )


def oil_bottle():
    line = rounded(
        [
            (0, 0),
            (0.37, 0, 0.05),
            (0.37, 1.5, 0.3),
            (0.12, 1.82, 0.12),
            (0.115, 2.28, 0.0),
            (0.15, 2.3, 0.02),
            (0.15, 2.38, 0.02),
            (0.125, 2.4),
        ],
        8,
    )
    skin = paint(turned(line), glass("#46502a", ior=1.5, shadow=0.4))
    inside = paint(
        turned([(0, 0.04), (0.335, 0.05), (0.335, 1.45), (0.09, 1.8), (0.0, 1.8)]),
        matt("#20260f", grain=5),
    )
    cork = place(
        paint(
            turned(rounded([(0, 0), (0.1, 0, 0.01), (0.12, 0.22, 0.03), (0, 0.22)])),
            matt("#c6a880", grain=24),
        ),
        z=2.36,
    )
    art = label("oil", ["Early", "harvest"], ["olive oil", "500 ml"], size=(640, 560))
    return [skin, inside, cork, wrapped(art, 0.378, 0.35, 1.05, 120)]


def wrapped(art: str, radius: float, low: float, high: float, degrees: float, colour=None):
    """A label bent around a bottle, facing the camera."""
    width = math.radians(degrees) * radius
    band = sheet(width, high - low, thickness=0.003, grid=(40, 4))
    for v in band.data.vertices:
        a = v.co.x / radius
        y = v.co.y
        v.co = (math.sin(a) * radius, -math.cos(a) * radius, (low + high) / 2 + y)
    return paint(band, colour or printed(art))


def salt_jar():
    pot = wall(
        rounded(
            [(0, 0), (0.34, 0, 0.05), (0.35, 0.1), (0.35, 0.68, 0.06), (0.3, 0.76), (0.31, 0.82)], 6
        ),
        0.03,
        0.06,
    )
    salt = matt("#f7f4ee", grain=26, rough=0.6, bump=0.9, cloud=0.04, light=0.16)
    fill = paint(
        turned(rounded([(0, 0.07), (0.31, 0.07, 0.03), (0.312, 0.6, 0.03), (0, 0.64)], 5)), salt
    )
    lid = place(
        paint(
            turned(rounded([(0, 0), (0.27, 0, 0.01), (0.29, 0.16, 0.03), (0, 0.17)])),
            matt("#c6a880", grain=24),
        ),
        z=0.74,
    )
    art = label("salt", ["Flake", "sea salt"], ["120 g"], size=(520, 360))
    return [paint(turned(pot), glass("#fcfefd")), fill, lid, wrapped(art, 0.356, 0.2, 0.56, 92)]


def flakes(x: float, y: float, z: float, count: int, radius: float) -> None:
    luck, salt = Random(2), matt("#f4f3f0", grain=26, rough=0.5, bump=0.5, cloud=0.03)
    for _ in range(count):
        r = radius * math.sqrt(luck.random())
        a = luck.uniform(0, 6.3)
        size = luck.uniform(0.04, 0.085)
        flake = paint(block(size, size * luck.uniform(0.6, 1), size * 0.35, 0), salt)
        up = z + max(0, (radius - r)) * 0.42 * luck.random()
        place(
            flake,
            x + r * math.cos(a),
            y + r * math.sin(a),
            up,
            turn=luck.uniform(0, 360),
            tilt=luck.uniform(-40, 40),
            roll=luck.uniform(-40, 40),
        )


def jar(height: float, filling: str = "", level: float = 0.8, radius: float = 0.5):
    pot = wall(
        rounded([(0, 0), (radius - 0.02, 0, 0.06), (radius, 0.1), (radius, height)], 8), 0.03, 0.07
    )
    things = [paint(turned(pot), glass("#fcfefd"))]
    lid = paint(
        turned(
            rounded([(0, 0), (radius + 0.015, 0, 0.02), (radius + 0.015, 0.16, 0.03), (0, 0.165)])
        ),
        wood("oak", "X"),
    )
    things.append(place(lid, z=height + 0.012))
    top = height * level
    inner = radius - 0.034
    core = {"beans": "#3a2216", "lentils": "#8d5a3a", "flour": "#f1ece1"}.get(filling)
    if core:
        bumpy = filling != "flour"
        solid = turned(
            rounded([(0, 0.08), (inner, 0.08, 0.03), (inner, top, 0.02), (0, top + 0.01)], 5),
            segments=160,
        )
        stuff = (
            pieces(core, 11 if filling == "beans" else 17)
            if bumpy
            else matt(core, grain=30, bump=0.3, cloud=0.02, light=0.14)
        )
        things.append(paint(solid, stuff))
    return things


def pieces(colour: str, scale: float):
    """Beans and lentils seen through glass: cells with dark gaps."""
    g = Graph("pieces")
    at = g.where(scale=(1, 1, 1.3))
    cells = g.add("TexVoronoi", {"Vector": at, "Scale": scale, "Randomness": 0.9})
    near = cells.outputs["Distance"]
    base = g.ramp(near, (0.15, shade(colour, 1.25)), (0.5, colour), (0.72, shade(colour, 0.25)))
    g.set(Base_Color=base, Roughness=0.5, Normal=g.bump(g.math("MULTIPLY", near, -1.0), 1.0, 0.06))
    return g.material


picture("hinterhof-coffee-1", KITCHEN, elevation=8)(coffee_bag)


@picture("hinterhof-coffee-2", KITCHEN, elevation=14, fill=0.72)
def coffee_morning() -> None:
    together(coffee_bag(), x=-0.35, y=0.4, turn=-8)
    together(cup("oat"), x=0.7, y=-0.3)
    place(paint(turned([(0, 0.5), (0.262, 0.5)]), matt("#2b1a10", rough=0.15)), 0.7, -0.3)
    beans(18, 0.0, -0.9, 0.42)


picture("olive-oil-1", KITCHEN, elevation=7, samples=8, bounces=10)(oil_bottle)


@picture("olive-oil-2", KITCHEN, elevation=16, fill=0.76, samples=8, bounces=10)
def oil_and_bread() -> None:
    together(oil_bottle(), x=-0.55, y=0.5)
    together(bowl(1.1, 0.42), x=0.55, y=-0.35)
    place(paint(turned([(0, 0.26), (0.43, 0.26)]), oil_surface()), 0.55, -0.35)
    together(loaf(0.9, 8), x=0.75, y=0.75, turn=30, scale=0.9)


def oil_surface():
    return matt("#b79a34", grain=2, rough=0.08, bump=0.0, cloud=0.02)


picture("sea-salt-1", GLASS, tone="kitchen", elevation=10, fill=0.56)(salt_jar)


@picture("sea-salt-2", GLASS, tone="kitchen", elevation=17, fill=0.68)
def salt_and_bowl() -> None:
    together(salt_jar(), x=-0.42, y=0.3)
    together(bowl(0.9, 0.34), x=0.55, y=-0.3)
    flakes(0.55, -0.3, 0.2, 420, 0.33)


picture("storage-jar-1", GLASS, tone="kitchen", elevation=10)(lambda: jar(1.5, "beans"))


@picture("storage-jar-2", GLASS, tone="kitchen", elevation=12, fill=0.74)
def three_jars() -> None:
    together(jar(0.9, "lentils"), x=-0.95, y=-0.35)
    together(jar(1.5, "beans", 0.7), x=0.1, y=0.1)
    together(jar(2.3, "flour", 0.75), x=1.05, y=0.75)
