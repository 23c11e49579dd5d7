"""Thrown jars, bottles, the jug, and the broad bowl."""

import math

from ceramics import CERAMICS, ear, stoneware, wobble
from greenery import branch
from materials import glaze, matt
from shapes import paint, place, smooth_profile, together, turned, wall
from soft import lump
from stage import picture


def serving_bowl():
    profile = wall(
        smooth_profile(
            [(0, 0), (0.62, 0), (0.72, 0.06), (1.2, 0.42), (1.5, 0.78), (1.64, 0.95)], 14
        ),
        0.065,
        0.09,
    )

    def thrown(r: float, z: float, angle: float) -> tuple[float, float]:
        r, z = wobble(0.018, 2)(r, z, angle)
        return r + 0.006 * math.sin(z * 62 + angle), z

    body = turned(profile, segments=200, shape=thrown)
    raw = matt("#5b4a3f", grain=40, bump=0.5, cloud=0.12)
    white = glaze("#eeebe3", speckle=0.5, rough=0.26, clay="#5b4a3f")
    paint(body, raw, white)
    outer = 14 * 5 + 1
    per = len(profile) - 1
    for i, face in enumerate(body.data.polygons):
        face.material_index = 1 if i % per >= outer - 2 else 0
    return body


def moon(height: float = 2.6):
    s = height / 2.6
    line = smooth_profile(
        [
            (0, 0),
            (0.5, 0),
            (0.56, 0.04),
            (0.66, 0.13),
            (0.93, 0.39),
            (1.14, 0.71),
            (1.27, 1.06),
            (1.3, 1.3),
            (1.27, 1.54),
            (1.14, 1.88),
            (0.93, 2.17),
            (0.7, 2.36),
            (0.6, 2.46),
            (0.62, 2.62),
        ],
        12,
    )
    profile = wall([(r * s, z * s) for r, z in line], 0.06 * s, 0.1)

    def seam(r: float, z: float, angle: float) -> tuple[float, float]:
        r, z = wobble(0.012, 1)(r, z, angle)
        return r + (0.014 * math.exp(-(((z / s - 1.3) / 0.05) ** 2)) if r > 1.1 * s else 0), z

    return paint(
        turned(profile, segments=180, shape=seam),
        glaze("#ece9e1", speckle=0.12, rough=0.34, bump=0.12),
    )


def stem_vase(name: str = "chalk"):
    profile = wall(
        smooth_profile(
            [
                (0, 0),
                (0.36, 0),
                (0.44, 0.04),
                (0.56, 0.34),
                (0.5, 0.66),
                (0.24, 0.94),
                (0.135, 1.2),
                (0.115, 1.7),
                (0.13, 2.08),
                (0.175, 2.2),
            ],
            12,
        ),
        0.035,
        0.07,
    )
    return paint(turned(profile, shape=wobble(0.01, 5)), stoneware(name, foot=0.05))


def pitcher(name: str = "clay", turn: float = 0):
    def ribs(r: float, z: float, angle: float) -> tuple[float, float]:
        wave = (
            0.014
            * math.cos(angle * 44)
            * min(1, max(0, (z - 0.1) / 0.2))
            * min(1, max(0, (1.8 - z) / 0.25))
        )
        away = math.cos(angle - math.pi)
        lip = max(0.0, (z - 1.72) / 0.4)
        pinch = lip * (
            0.42 * max(0, away) ** 6 - 0.05 * max(0, math.sin(abs(angle - math.pi))) ** 2
        )
        return r + wave + pinch * 0.9, z + lip * 0.22 * max(0, away) ** 6

    body = turned(
        wall(
            smooth_profile(
                [
                    (0, 0),
                    (0.5, 0),
                    (0.56, 0.05),
                    (0.7, 0.5),
                    (0.66, 1.0),
                    (0.48, 1.55),
                    (0.45, 1.8),
                    (0.52, 2.08),
                ],
                14,
            ),
            0.045,
            0.08,
        ),
        segments=352,
        shape=ribs,
        smooth=60,
    )
    handle = ear((0.41, 1.78), (0.6, 0.72), 0.54, 0.24, 0.1)
    skin = stoneware(name, foot=0.07)
    return together(paint(body, skin), paint(handle, skin), turn=turn)


picture("harbour-serving-bowl-1", CERAMICS, elevation=28, fill=0.76)(serving_bowl)


picture("harbour-serving-bowl-2", CERAMICS, elevation=6, fill=0.78)(serving_bowl)


@picture("harbour-serving-bowl-3", CERAMICS, elevation=30, fill=0.72)
def lemons() -> None:
    serving_bowl()
    peel = matt("#dfb739", grain=26, rough=0.45, bump=0.35, cloud=0.05)
    for k, (x, y, z, turn) in enumerate(
        (
            (-0.5, -0.2, 0.2, 20),
            (0.4, -0.4, 0.2, 130),
            (0.5, 0.4, 0.22, 75),
            (-0.25, 0.55, 0.2, 200),
            (0.05, 0.02, 0.72, 40),
        )
    ):
        fruit = lump(0.36, rough=0.05, seed=k)
        for v in fruit.data.vertices:
            d = (v.co.z - 0.36) / 0.36
            v.co.z = 0.36 + (v.co.z - 0.36) * 1.28 + 0.08 * d**9
        paint(fruit, peel)
        place(fruit, z=-0.36)
        place(fruit, x, y, z + 0.36, turn=turn, tilt=80)


picture("moon-jar-1", CERAMICS, elevation=8, fill=0.62)(moon)


@picture("moon-jar-2", CERAMICS, elevation=7, fill=0.78)
def jar_with_branch() -> None:
    moon()
    together(branch(3.0, 3, leaves=False), x=0.1, z=1.5, roll=9)


picture("moon-jar-3", CERAMICS, target=(-0.3, -1.0, 1.5), span=2.3, elevation=8, azimuth=-14)(moon)


for glazing in ("chalk", "clay", "ink"):
    picture(
        "stem-vase-1" if glazing == "chalk" else f"stem-vase-{glazing}",
        CERAMICS,
        elevation=7,
        fill=0.64,
    )(lambda glazing=glazing: stem_vase(glazing))


@picture("stem-vase-2", CERAMICS, elevation=8, fill=0.68)
def three_vases() -> None:
    together(stem_vase("chalk"), x=-0.85, y=0.1)
    together(stem_vase("clay"), x=0.25, y=0.5)
    together(stem_vase("ink"), x=0.75, y=-0.55)


picture("ridge-pitcher-1", CERAMICS, elevation=10, fill=0.64)(lambda: pitcher(turn=10))


picture("ridge-pitcher-2", CERAMICS, elevation=27, fill=0.62)(lambda: pitcher(turn=-60))
