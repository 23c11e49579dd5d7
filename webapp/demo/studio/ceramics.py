"""Stoneware and porcelain."""

import math

from mathutils import Vector, noise

from cloth import linen
from materials import CHALK, CLAY, INK, OAT, SAGE, glaze, matt
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
from soft import folded
from stage import Shot, picture

GLAZES = {"oat": OAT, "sage": SAGE, "clay": CLAY, "ink": INK, "chalk": CHALK}
CERAMICS = Shot(tone="ceramics", fill=0.64)


def stoneware(name: str, **more):
    rough = 0.62 if name == "clay" else 0.3
    speckle = {"oat": 0.8, "sage": 0.6, "clay": 0.4, "ink": 0.15, "chalk": 0.25}[name]
    return glaze(GLAZES[name], rough=rough, speckle=speckle, **more)


def wobble(amount: float, seed: float = 0):
    """The slight unevenness of a thing thrown by hand."""

    def bend(r: float, z: float, angle: float) -> tuple[float, float]:
        n = noise.noise(Vector((math.cos(angle) + seed, math.sin(angle), z * 1.2)))
        return r * (1 + amount * n), z * (1 + amount * 0.4 * n)

    return bend


def ear(top: tuple, bottom: tuple, out: float, width: float = 0.17, thick: float = 0.09):
    """A handle from `top` to `bottom` (x, z), standing out to the right by `out`."""
    (x1, z1), (x2, z2) = top, bottom
    path = flowing(
        [
            (x1, 0, z1),
            (x1 + out * 0.45, 0, z1 + 0.02),
            (x1 + out * 0.85, 0, z1 - (z1 - z2) * 0.14),
            (x1 + out, 0, z1 - (z1 - z2) * 0.42),
            (x1 + out * 0.84, 0, z1 - (z1 - z2) * 0.72),
            (x2 + out * 0.4, 0, z2 + 0.02),
            (x2, 0, z2 - 0.02),
        ],
        12,
    )

    def flare(t: float) -> float:
        return width * (1 + 0.35 * (2 * abs(t - 0.5)) ** 6)

    return swept(path, thick, flare, up=(0, 1, 0))


def mug(name: str = "oat", turn: float = 20):
    body = turned(
        wall(
            rounded([(0, 0), (0.36, 0, 0.03), (0.455, 0.14, 0.12), (0.46, 0.5), (0.445, 0.86)], 8),
            0.045,
            0.06,
        ),
        shape=wobble(0.012),
    )
    handle = ear((0.43, 0.62), (0.44, 0.22), 0.3)
    skin = stoneware(name, foot=0.07)
    return together(paint(body, skin), paint(handle, skin), turn=turn)


def cup(name: str = "oat"):
    body = turned(
        wall(rounded([(0, 0), (0.22, 0, 0.03), (0.3, 0.2, 0.2), (0.31, 0.6)], 8), 0.042, 0.06),
        shape=wobble(0.015, 4),
    )
    return paint(body, stoneware(name, foot=0.08))


def plate(size: float = 2.6, name: str = "oat"):
    r = size / 2
    profile = wall(
        rounded(
            [(0, 0), (r * 0.62, 0, 0.02), (r * 0.66, 0.06, 0.05), (r * 0.95, 0.1, 0.06), (r, 0.19)],
            8,
        ),
        0.05,
        0.075,
    )
    return paint(turned(profile, shape=wobble(0.004, size)), stoneware(name, foot=0.035))


def bowl(size: float = 1.6, height: float = 0.75, name: str = "oat"):
    r = size / 2
    profile = wall(
        smooth_profile(
            [
                (0, 0),
                (r * 0.4, 0.0),
                (r * 0.48, 0.03),
                (r * 0.78, height * 0.34),
                (r * 0.96, height * 0.7),
                (r, height),
            ],
            10,
        ),
        0.05,
        0.07,
    )
    return paint(turned(profile, shape=wobble(0.006, size)), stoneware(name, foot=0.06))


def teapot():
    def facets(r: float, z: float, angle: float) -> tuple[float, float]:
        flat = 12
        part = (angle % (2 * math.pi / flat)) - math.pi / flat
        straight = math.cos(math.pi / flat) / math.cos(part)
        amount = max(0.0, min(1.0, (z - 0.08) / 0.15)) * max(0.0, min(1.0, (1.02 - z) / 0.12))
        return r * (1 + (straight / 0.985 - 1) * amount), z

    skin = glaze("#a5a79d", speckle=0.5, rough=0.34, foot=0.06)
    body = turned(
        rounded(
            [
                (0, 0),
                (0.52, 0, 0.04),
                (0.72, 0.4, 0.25),
                (0.66, 0.86, 0.2),
                (0.36, 1.08, 0.06),
                (0.34, 1.06),
                (0, 1.06),
            ],
            10,
        ),
        segments=240,
        shape=facets,
        smooth=14,
    )
    lid = turned(
        rounded(
            [
                (0, 1.07),
                (0.345, 1.07, 0.02),
                (0.35, 1.11, 0.03),
                (0.2, 1.19, 0.1),
                (0.06, 1.2, 0.02),
                (0.06, 1.26, 0.02),
                (0.11, 1.3, 0.04),
                (0.1, 1.37, 0.05),
                (0, 1.38),
            ],
            8,
        )
    )
    spout = swept(
        flowing(
            [
                (-0.58, 0, 0.42),
                (-0.8, 0, 0.54),
                (-0.94, 0, 0.76),
                (-1.08, 0, 0.98),
                (-1.14, 0, 1.03),
            ],
            10,
        ),
        lambda t: 0.34 - 0.2 * t,
        up=(0, 1, 0),
    )
    hole = turned([(0, 0.001), (0.048, 0.0)])
    place(paint(hole, matt("#2d2a27")), -1.142, 0, 1.034, roll=-48)
    handle = ear((0.62, 0.9), (0.68, 0.36), 0.5, 0.2, 0.1)
    return together(*[paint(t, skin) for t in (body, lid, spout, handle)], hole)


def butter_dish(*, closed: bool = True):
    skin = stoneware("oat", foot=0.05)
    base = block(1.8, 1.2, 0.14, 0.09, 6)
    lid = block(1.5, 0.92, 0.62, 0.16, 8)
    knob = turned(
        rounded(
            [
                (0, 0),
                (0.07, 0, 0.02),
                (0.07, 0.06, 0.03),
                (0.13, 0.11, 0.04),
                (0.11, 0.19, 0.06),
                (0, 0.2),
            ],
            8,
        )
    )
    place(knob, z=0.61)
    cover = together(paint(lid, skin), paint(knob, skin))
    paint(base, skin)
    if closed:
        together(cover, z=0.14)
    else:
        together(cover, x=0.32, y=0.62, z=0.03, tilt=-24, turn=-8)
        butter = paint(
            block(1.05, 0.56, 0.4, 0.04), matt("#efdc9a", grain=12, rough=0.5, bump=0.1, cloud=0.02)
        )
        place(butter, -0.05, 0, 0.14)
    return base, cover


# -- pictures -----------------------------------------------------------------------------------

picture("dune-mug-1", CERAMICS)(lambda: mug("oat"))
picture("dune-mug-sage", CERAMICS)(lambda: mug("sage"))
picture("dune-mug-clay", CERAMICS)(lambda: mug("clay"))
picture("dune-mug-ink", CERAMICS)(lambda: mug("ink"))


@picture("dune-mug-2", CERAMICS, fill=0.72, elevation=20)
def four_mugs() -> None:
    for name, x, y, turn in (
        ("oat", -0.62, -0.3, 150),
        ("sage", 0.5, -0.42, 25),
        ("clay", -0.35, 0.85, 60),
        ("ink", 0.85, 0.75, -20),
    ):
        together(mug(name, turn), x=x, y=y)


@picture("dune-mug-3", CERAMICS, target=(0.45, -0.3, 0.36), span=1.05, elevation=8, azimuth=25)
def mug_detail() -> None:
    mug("oat", 15)


@picture("dune-espresso-cup-1", CERAMICS)
def cups() -> None:
    together(cup(), x=-0.34, y=0.14, turn=60)
    together(cup(), x=0.38, y=-0.15)


@picture("dune-espresso-cup-clay", CERAMICS)
def clay_cups() -> None:
    together(cup("clay"), x=-0.36, y=0.1)
    together(cup("clay"), x=0.36, y=-0.15)


@picture("dune-espresso-cup-2", CERAMICS, fill=0.66, elevation=18)
def cup_row() -> None:
    for name, x, y in (
        ("oat", -0.5, -0.2),
        ("clay", 0.4, -0.45),
        ("clay", -0.2, 0.75),
        ("oat", 0.72, 0.55),
    ):
        together(cup(name), x=x, y=y)


def plates(name: str) -> None:
    for k in range(3):
        together(plate(2.6, name), z=k * 0.105, turn=k * 40)


@picture("tidal-plate-1", CERAMICS, elevation=22, fill=0.74)
def stacked() -> None:
    plates("oat")
    together(plate(2.2, "oat"), x=0.06, z=0.33)


def leaning(name: str) -> None:
    together(plate(2.2, name), turn=0)
    together(plate(2.2, name), z=0.105, turn=50)
    together(plate(2.7, name), tilt=74, x=0.15, y=1.12, z=1.3)


picture("tidal-plate-sage", CERAMICS, elevation=14, fill=0.66)(lambda: leaning("sage"))
picture("tidal-plate-ink", CERAMICS, elevation=14, fill=0.66)(lambda: leaning("ink"))


@picture("tidal-plate-2", CERAMICS, elevation=62, fill=0.8, drop=0.0)
def setting() -> None:
    together(plate(2.7, "oat"))
    together(plate(2.2, "sage"), z=0.11)
    together(bowl(1.5, 0.62, "oat"), z=0.19)
    together(paint(folded(0.62, 1.9, 4, 0.03, seed=2), linen("#c9baa0")), x=-1.95)


@picture("tidal-bowl-1", CERAMICS, elevation=24, fill=0.66)
def nested() -> None:
    together(bowl(2.4, 0.95))
    together(bowl(1.6, 0.75), z=0.13)
    together(bowl(1.1, 0.5), z=0.24)


@picture("tidal-bowl-2", CERAMICS, elevation=27, fill=0.72)
def in_a_row() -> None:
    together(bowl(1.1, 0.5), x=-0.75, y=-1.0)
    together(bowl(1.6, 0.75), x=0.75, y=-0.75)
    together(bowl(2.4, 0.95), x=-0.1, y=1.15)


picture("facet-teapot-1", CERAMICS, elevation=14, fill=0.7)(teapot)


@picture("facet-teapot-2", CERAMICS, elevation=17, fill=0.76)
def tea() -> None:
    together(teapot(), x=0.5, y=0.5)
    together(cup("oat"), x=-0.75, y=-0.55)
    together(cup("clay"), x=0.05, y=-0.85)


picture("butter-dish-1", CERAMICS, elevation=19, fill=0.7, azimuth=24)(butter_dish)
picture("butter-dish-2", CERAMICS, elevation=24, fill=0.74, azimuth=16)(
    lambda: butter_dish(closed=False)
)
