"""The wide picture of the front page and one square picture for each category."""

from candles import pillar
from ceramics import bowl, cup, mug, plate
from cloth import linen, waffle
from downloads import framed, loose_leaf, supper_cover, tablet
from garden import pot, trowel, twine
from glassware import bottle_vase, carafe, tumbler
from kitchen import board, mill, mortar
from larder import oil_bottle
from lettering import sowing_chart, tide
from lighting import cap_lamp
from linen import soap
from materials import FLAX, SAGE
from shapes import paint, place, together
from soft import folded
from stage import Shot, picture
from stationery import PENCILS, notebook, pencil, ruler
from vases import moon, pitcher, stem_vase

SQUARE = Shot(width=1000, height=1000, fill=0.76, elevation=13)


@picture(
    "hero",
    SQUARE,
    tone="ceramics",
    width=1600,
    height=900,
    fill=0.76,
    elevation=7,
    lens=100,
    samples=8,
    bounces=10,
)
def hero() -> None:
    together(moon(), x=-1.25, y=1.1)
    together(pitcher("clay", 8), x=0.55, y=1.0)
    for k in range(4):
        together(plate(2.3, "oat"), x=2.35, y=0.1, z=k * 0.105, turn=k * 30)
    together(bowl(1.5, 0.66, "sage"), x=2.35, y=0.1, z=0.42)
    together(tumbler("smoke"), x=0.95, y=-0.75)
    together(stem_vase("ink"), x=-2.75, y=0.75)
    together(cup("oat"), x=-0.15, y=-0.65)
    pile = paint(folded(1.7, 1.4, 6, 0.055, seed=3, loose=1.6), linen(FLAX))
    place(pile, -1.75, -0.8, turn=14)


@picture("category-ceramics", SQUARE, tone="ceramics")
def ceramics_group() -> None:
    together(stem_vase("clay"), x=-1.0, y=1.0)
    together(mug("oat", 20), x=0.75, y=-0.85)
    together(bowl(1.9, 0.8, "oat"), x=0.85, y=0.75)
    together(plate(2.2, "clay"), x=-0.9, y=-0.6)


@picture("category-glass", SQUARE, tone="glass", samples=8, bounces=10)
def glass_group() -> None:
    together(carafe("clear"), x=-0.55, y=0.5)
    together(tumbler("smoke"), x=0.4, y=-0.3)
    together(bottle_vase(), x=1.0, y=0.6, scale=1.25)


@picture("category-kitchen", SQUARE, tone="kitchen")
def kitchen_group() -> None:
    together(board("oak"), tilt=78, x=-0.55, y=1.1, z=1.52)
    together(mortar(), x=-0.35, y=-0.45)
    together(mill("walnut"), x=0.95, y=-0.1)
    together(oil_bottle(), x=1.25, y=0.8)


@picture("category-lighting", SQUARE, tone="dusk", mood="dusk", wall=True, samples=9, fill=0.74)
def lighting_group() -> None:
    cap_lamp("sage", 150)
    pillar(1.1, True, 25, x=1.75, y=-0.3)


@picture("category-linen-and-bath", SQUARE, tone="linen", elevation=20, azimuth=-16)
def linen_group() -> None:
    for k, tint in enumerate((FLAX, SAGE, "#efece4")):
        place(
            paint(folded(2.1, 1.8, 3, 0.045, seed=k + 2), linen(tint)),
            -0.35,
            0.3,
            k * 0.2,
            turn=2 - 2 * k,
        )
    place(paint(folded(1.8, 1.5, 3, 0.08, seed=9), waffle("#efebe3")), -0.32, 0.3, 0.6, turn=1)
    together(soap(), x=1.1, y=-0.95, turn=24)


@picture("category-stationery", SQUARE, tone="stationery", elevation=40, azimuth=-18)
def stationery_group() -> None:
    together(notebook("rust"), x=-0.4, turn=6)
    together(ruler(), x=0.95, y=-0.2, turn=82)
    together(pencil(1.75, PENCILS[0]), x=1.2, y=-1.0, turn=-6)
    together(pencil(1.75, PENCILS[2]), x=1.42, y=-1.0, turn=-12)


@picture("category-garden", SQUARE, tone="garden", elevation=16)
def garden_group() -> None:
    together(pot(2.0), x=-0.6, y=0.8)
    together(twine(), x=0.95, y=0.2, scale=0.6)
    together(trowel(), x=-0.4, y=-1.0, turn=-74)


@picture("category-downloads", SQUARE, tone="downloads", elevation=14, azimuth=-10)
def downloads_group() -> None:
    together(framed(tide()), x=-0.5, y=0.95)
    together(tablet(supper_cover()), x=1.35, y=-0.7, turn=-14)
    place(loose_leaf(sowing_chart(), 2.0, 1.5, 0.03), -0.6, -0.95, turn=9)
