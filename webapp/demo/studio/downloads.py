"""Files, shown as what becomes of them: booklets, charts, patterns, framed prints, a tablet."""

from cloth import linen
from garden import packet
from kitchen import loaf, spoon
from lettering import cover, loaf_figure, page, pattern, pot_figure, sowing_chart, stones, tide
from materials import MOSS, lacquer, matt, metal, paper, printed, wood
from shapes import (
    block,
    paint,
    place,
    plank,
    rounded_rectangle,
    sheet,
    smooth_profile,
    together,
    turned,
)
from soft import folded, lump
from stage import Shot, picture
from stationery import PENCILS, pencil, ruler

FILES = Shot(tone="downloads", fill=0.78, elevation=40, azimuth=-16)


def tablet(art: str):
    """Lying flat, screen up, 1.6 by 2.2."""
    body = paint(plank(rounded_rectangle(1.66, 2.24, 0.13), 0.07, 0.02), lacquer("#2b2c2e", 0.35))
    screen = place(
        paint(sheet(1.46, 1.95, thickness=0, grid=(2, 2)), printed(art, rough=0.18, glow=0.35)),
        z=0.0712,
    )
    return [body, screen]


def supper_cover() -> str:
    return cover(
        "suppers",
        ["Twelve", "suppers"],
        "one pot, one pan, one year",
        "#d8cdb8",
        "#33373d",
        pot_figure,
    )


def bread_cover() -> str:
    return cover(
        "bread",
        ["Slow", "bread"],
        "a timetable that lets you sleep",
        "#c9bfae",
        "#3b332b",
        loaf_figure,
    )


def booklet(art: str, width: float = 1.48, depth: float = 1.97):
    pages = paint(block(width, depth, 0.05, 0.008), paper("#f2ecdf"))
    front = place(
        paint(
            sheet(
                width,
                depth,
                thickness=0.006,
                grid=(20, 4),
                lift=lambda x, y: 0.05 * max(0, (x + 0.2) / width) ** 2,
            ),
            printed(art),
        ),
        z=0.052,
    )
    return [pages, front]


def loose_leaf(art: str, width: float, depth: float, curl: float = 0.06):
    return paint(
        sheet(
            width,
            depth,
            thickness=0.006,
            grid=(40, 30),
            lift=lambda x, y: curl * (abs(2 * x / width) ** 3) * (0.5 + y / depth),
        ),
        printed(art),
    )


def framed(art: str):
    """A print in an oak frame, standing."""
    w, h = 2.4, 3.1
    oak = wood("oak", "X")
    upright = wood("oak", "Z")
    things = [
        place(
            paint(sheet(w - 0.2, h - 0.2, thickness=0.01, grid=(2, 2)), printed(art)),
            tilt=90,
            y=-0.03,
            z=h / 2,
        )
    ]
    things.append(place(paint(block(w, 0.05, h, 0.01), matt("#d9d2c5")), y=0.03))
    for x in (-1, 1):
        things.append(place(paint(block(0.11, 0.14, h, 0.012), upright), x * (w / 2 - 0.03)))
    for z in (0, h - 0.11):
        things.append(place(paint(block(w + 0.05, 0.14, 0.11, 0.012), oak), z=z))
    return together(things, tilt=-7)


@picture("twelve-suppers-1", FILES)
def suppers() -> None:
    together(booklet(supper_cover()), x=-0.55, y=0.15, turn=7)
    together(tablet(supper_cover()), x=1.2, y=-0.05, turn=-6)


@picture("twelve-suppers-2", FILES, elevation=48)
def recipe_pages() -> None:
    place(loose_leaf(page(2), 1.5, 2.0), 0.45, 0.3, turn=-13)
    place(loose_leaf(page(1), 1.5, 2.0), -0.3, 0.0, 0.03, turn=6)
    together(spoon("round", 2.8), x=0.75, y=-0.25, z=0.07, turn=-24)


@picture("slow-bread-1", FILES, elevation=34)
def bread_file() -> None:
    together(tablet(bread_cover()), x=1.15, y=-0.1, turn=-8)
    together(loaf(1.5, 4), x=-0.7, y=0.6, turn=24, scale=1.2)
    pin = turned(
        smooth_profile(
            [
                (0, -1.25),
                (0.1, -1.24),
                (0.15, -0.7),
                (0.17, 0),
                (0.15, 0.7),
                (0.1, 1.24),
                (0, 1.25),
            ],
            10,
        )
    )
    place(paint(pin, wood("beech", "Z")), tilt=90, z=0.17, x=-1.0, y=-0.8, turn=66)


@picture("market-apron-pattern-1", FILES, elevation=46)
def apron_sheets() -> None:
    place(loose_leaf(pattern(1), 2.9, 2.17, 0.05), turn=5)
    together(ruler(), x=0.45, y=-0.95, z=0.03, turn=12, scale=0.9)
    reel = paint(
        turned(
            [
                (0, 0),
                (0.2, 0),
                (0.2, 0.05),
                (0.09, 0.07),
                (0.09, 0.43),
                (0.2, 0.45),
                (0.2, 0.5),
                (0, 0.5),
            ]
        ),
        wood("beech", "Z"),
    )
    thread = paint(
        turned([(0.09, 0.07), (0.17, 0.09), (0.175, 0.41), (0.09, 0.43)]),
        matt("#9c6a52", grain=120, bump=0.8),
    )
    together([reel, thread], x=1.25, y=0.75, z=0.03)


@picture("market-apron-pattern-2", FILES, elevation=38)
def apron_sleeve() -> None:
    art = cover(
        "apron",
        ["Market", "apron"],
        "sewing pattern, XS to 3XL",
        "#b9bdae",
        "#343a34",
        lambda pen, w, h: pen.polygon(
            [
                (w * 0.38, h * 0.42),
                (w * 0.62, h * 0.42),
                (w * 0.68, h * 0.54),
                (w * 0.8, h * 0.58),
                (w * 0.8, h * 0.84),
                (w * 0.2, h * 0.84),
                (w * 0.2, h * 0.58),
                (w * 0.32, h * 0.54),
            ],
            fill="#d9d3c2",
            outline="#343a34",
        ),
    )
    place(loose_leaf(pattern(1), 1.9, 1.4, 0.04), 0.35, 0.55, turn=-12)
    together(booklet(art, 1.4, 1.87), x=-0.15, y=-0.1, z=0.04, turn=5)


@picture("block-cushion-pattern-1", FILES, elevation=44)
def cushion_sheet() -> None:
    place(loose_leaf(pattern(2), 2.4, 1.8, 0.05), -0.3, 0.1, turn=6)
    place(
        paint(folded(1.3, 1.2, 4, 0.034, seed=8, loose=1.3), linen(MOSS)),
        1.0,
        -0.45,
        0.01,
        turn=-18,
    )


@picture("tide-print-1", FILES, elevation=5, azimuth=-12, wall=True, fill=0.7)
def tide_framed() -> None:
    framed(tide())


@picture("tide-print-2", FILES, elevation=52)
def tide_loose() -> None:
    place(loose_leaf(tide(), 2.1, 2.8, 0.02), turn=8)
    for k, (x, y) in enumerate(((-0.95, 1.1), (0.75, 1.38), (-0.72, -1.36), (0.98, -1.08))):
        stone = paint(
            lump(0.2, squash=0.55, rough=0.14, seed=k + 2, grain=1.0),
            matt("#8e8a83", grain=30, rough=0.6, bump=0.1, cloud=0.1),
        )
        place(stone, x, y, 0.01, turn=40 * k)


@picture("stone-print-1", FILES, elevation=5, azimuth=-12, wall=True, fill=0.7)
def stones_framed() -> None:
    framed(stones())


@picture("garden-year-1", FILES, elevation=50)
def year_chart() -> None:
    place(loose_leaf(sowing_chart(), 2.8, 2.1, 0.05), turn=4)
    together(pencil(1.7, PENCILS[5]), x=0.35, y=-0.55, z=0.02, turn=-64)
    together(packet(0), x=-1.15, y=-0.95, z=0.06, turn=14, scale=0.75)
    for x, y in ((-1.3, 0.95), (1.27, 1.12)):
        place(paint(lump(0.055, rough=0), metal("brass")), x, y)
