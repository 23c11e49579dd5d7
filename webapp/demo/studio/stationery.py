"""Paper, cedar and brass."""

import math

from ceramics import cup
from cloth import linen
from lettering import calendar
from materials import FLAX, RUST, matt, metal, paper, printed, wood
from shapes import (
    block,
    flowing,
    paint,
    place,
    plank,
    ring,
    rounded_rectangle,
    sheet,
    swept,
    together,
    turned,
)
from stage import Shot, picture

DESK = Shot(tone="stationery", fill=0.7, elevation=40, azimuth=-20)
COVERS = {"flax": FLAX, "ink": "#3a4048", "rust": RUST}


def notebook(colour: str = "flax"):
    w, d, h = 1.48, 2.1, 0.24
    cloth = linen(COVERS[colour], weave=55)
    under = paint(plank(rounded_rectangle(w, d, 0.05), 0.03, 0.008), cloth)
    over = place(paint(plank(rounded_rectangle(w, d, 0.05), 0.03, 0.008), cloth), z=h - 0.03)
    pages = place(paint(block(w - 0.09, d - 0.09, h - 0.06, 0.01), paper("#ece4d2")), 0.02, 0, 0.03)
    spine = place(paint(block(0.06, d, h, 0.025), cloth), -w / 2 + 0.02)
    things = [under, over, pages, spine]
    for thing in (under, over, spine):
        uv(thing)
    band = flowing(
        [
            (0.1, -d / 2 + 0.1, h * 0.5),
            (0.12, -d / 2 - 0.06, h * 0.42),
            (0.16, -d / 2 - 0.3, 0.05),
            (0.22, -d / 2 - 0.52, 0.02),
        ],
        10,
    )
    things.append(paint(swept(band, 0.07, 0.01, sides=8), linen("#8b5a48", weave=70)))
    return things


def uv(thing) -> None:
    """Lay a weave over a block from above."""
    layer = thing.data.uv_layers.new(name="uv")
    for loop in thing.data.loops:
        co = thing.data.vertices[loop.vertex_index].co
        layer.data[loop.index].uv = (co.x + co.z, co.y + co.z)


def pencil(length: float = 1.75, colour: str = "#394049"):
    """Lying along y from 0, its point away from us."""
    hexagon = [
        (0.037 * math.cos(math.radians(60 * k)), 0.037 * math.sin(math.radians(60 * k)))
        for k in range(6)
    ]
    body = plank(hexagon, length, 0.002)
    tip = turned([(0.034, 0), (0.012, 0.14)], segments=24)
    lead = turned([(0.012, 0.14), (0.003, 0.19), (0, 0.19)], segments=16)
    place(tip, z=length)
    place(lead, z=length)
    things = [
        paint(body, matt(colour, grain=20, rough=0.45, bump=0.03, cloud=0.02)),
        paint(tip, wood("cedar", "Z", scale=4)),
        paint(lead, matt("#2b2b2d", rough=0.4)),
    ]
    return together(things, tilt=-90, z=0.034)


PENCILS = ("#394049", "#8f9686", "#b48f7c", "#d8cdb9", "#7d5a48", "#5f6658")


def ruler():
    body = paint(plank(rounded_rectangle(1.6, 0.26, 0.03), 0.03, 0.008), metal("brass"))
    wax_ = matt("#2a241b", rough=0.6)
    marks = []
    for mm in range(0, 151):
        long = 0.1 if mm % 10 == 0 else 0.075 if mm % 5 == 0 else 0.045
        mark = paint(block(0.0035, long, 0.0015, 0), wax_)
        marks.append(place(mark, -0.75 + mm * 0.01, 0.12 - long / 2, 0.0297))
    return [body, *marks]


def tray(width: float = 2.6, depth: float = 1.3):
    oak = wood("oak", "X", scale=0.9)
    base = paint(block(width, depth, 0.06, 0.015), oak)
    things = [base]
    for x, y, w, d in (
        (0, depth / 2 - 0.04, width, 0.08),
        (0, -depth / 2 + 0.04, width, 0.08),
        (width / 2 - 0.04, 0, 0.08, depth - 0.16),
        (-width / 2 + 0.04, 0, 0.08, depth - 0.16),
    ):
        things.append(place(paint(block(w, d, 0.24, 0.02), oak), x, y))
    return things


picture("day-book-1", DESK)(notebook)
picture("day-book-ink", DESK)(lambda: notebook("ink"))
picture("day-book-rust", DESK)(lambda: notebook("rust"))


@picture("day-book-2", DESK, elevation=46, azimuth=-12, fill=0.76)
def open_book() -> None:
    cloth = linen(FLAX, weave=55)
    cover = paint(plank(rounded_rectangle(3.04, 2.12, 0.05), 0.03, 0.008), cloth)
    uv(cover)
    for side in (-1, 1):

        def lift(x: float, y: float, side: int = side) -> float:
            t = (x * side + 0.72) / 1.44
            return (
                0.03
                + 0.17 * math.exp(-(((t - 0.16) / 0.2) ** 2)) * (1 - math.exp(-t * 14))
                + 0.1 * (1 - t)
            )

        for k in range(3):
            leaf = sheet(
                1.44,
                2.02,
                grid=(60, 8),
                thickness=0.012,
                lift=lambda x, y, k=k: lift(x, y) * (1 - 0.22 * k),
            )
            place(paint(leaf, paper("#f0e9d9")), side * 0.725)
    together(pencil(1.75, PENCILS[0]), x=0.95, y=-0.7, z=0.085, turn=-28)


@picture("letter-set-1", DESK)
def letters() -> None:
    cream, kraft = paper("#f3ecdc"), matt("#8a7352", grain=80, bump=0.6)
    for k in range(10):
        place(
            paint(sheet(1.5, 2.1, thickness=0.012, grid=(6, 6)), cream),
            0.004 * (k % 3),
            0.004 * (k % 2),
            0.013 * k,
            turn=0.5 * (k % 3),
        )
    for k in range(6):
        place(
            paint(sheet(1.6, 1.12, thickness=0.014, grid=(6, 6)), paper("#e9e0cd")),
            0.02,
            -0.2,
            0.135 + 0.016 * k,
            turn=3 - k * 0.6,
        )
    flap = paint(
        plank([(-0.8, 0.56), (0.8, 0.56), (0.06, -0.06), (-0.06, -0.06)], 0.008, 0.002),
        paper("#e4dac5"),
    )
    place(flap, 0.02, -0.2, 0.235, turn=0)
    for x, y, turn, long in ((0.0, -0.2, 0, 1.16), (0.0, -0.2, 90, 1.64)):
        cord = swept(
            [
                (0, -long / 2, 0.12),
                (0, -long / 2, 0.262),
                (0, 0, 0.262),
                (0, long / 2, 0.262),
                (0, long / 2, 0.12),
            ],
            0.026,
            sides=8,
        )
        place(paint(cord, kraft), x, y, turn=turn)
    for side in (-1, 1):
        bow = flowing(
            [
                (0, -0.2, 0.27),
                (side * 0.18, -0.14, 0.31),
                (side * 0.3, -0.2, 0.28),
                (side * 0.18, -0.26, 0.275),
                (0, -0.2, 0.275),
            ],
            10,
        )
        paint(swept(bow, 0.026, sides=8), kraft)


@picture("pencil-set-1", DESK)
def fan_of_pencils() -> None:
    sleeve = paint(block(0.62, 1.25, 0.09, 0.01), paper("#b9bdae"))
    place(sleeve, -0.75, -0.15, turn=4)
    band = paint(block(0.64, 0.34, 0.094, 0.008), paper("#f1ebdf"))
    place(band, -0.75, -0.15, turn=4)
    for k, colour in enumerate(PENCILS):
        together(pencil(1.75, colour), x=-0.1 + 0.17 * k, y=-0.85 + 0.03 * k, turn=-2 - 5.5 * k)


@picture("pencil-set-2", DESK, elevation=12, azimuth=0, fill=0.68)
def pencils_in_cup() -> None:
    cup("oat")
    for k, colour in enumerate(PENCILS):
        a = 2 * math.pi * k / 6 + 0.3
        one = together(pencil(1.5, colour), tilt=90)
        together(
            one,
            roll=9 * math.cos(a),
            tilt=-9 * math.sin(a),
            x=0.1 * math.cos(a),
            y=0.1 * math.sin(a),
            z=0.08,
        )


@picture("brass-ruler-1", DESK, elevation=42, azimuth=-34, fill=0.74)
def ruler_alone() -> None:
    ruler()


@picture("desk-tray-1", DESK, elevation=34, azimuth=-22)
def full_tray() -> None:
    tray()
    together(ruler(), x=-0.15, y=0.3, z=0.06, turn=-2)
    together(pencil(1.75, PENCILS[1]), x=-0.9, y=-0.1, z=0.06, turn=-86)
    together(pencil(1.6, PENCILS[4]), x=-0.8, y=-0.28, z=0.06, turn=-93)


picture("desk-tray-2", DESK, elevation=62, azimuth=-12)(tray)


@picture("wall-calendar-2027-1", DESK, elevation=3, azimuth=0, wall=True, fill=0.74)
def wall_calendar() -> None:
    face = paint(
        sheet(
            3.0, 4.2, thickness=0.02, grid=(10, 30), lift=lambda x, y: 0.03 * max(0, -y - 1) ** 2
        ),
        printed(calendar()),
    )
    place(face, tilt=90, z=2.4)
    steel = metal("black")
    for k in range(46):
        if abs(k - 22.5) < 2:
            continue
        loop = place(paint(ring(0.05, 0.014), steel), roll=90)
        place(loop, -1.4 + 2.8 * k / 45, -0.01, 4.49)
    place(paint(swept([(-0.14, 0, 4.5), (0.0, 0, 4.58), (0.14, 0, 4.5)], 0.02, sides=8), steel))
    place(
        paint(turned([(0, 0), (0.03, 0), (0.03, 0.14), (0, 0.14)]), metal("brass")),
        0,
        0.05,
        4.59,
        tilt=90,
    )
