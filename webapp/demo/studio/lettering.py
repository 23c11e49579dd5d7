"""Everything flat: labels, covers, charts and prints, drawn with Pillow.

Letters come from the folder named by STUDIO_FONTS, which holds serif.ttf, serif-italic.ttf and
sans.ttf (ours were Newsreader and Instrument Sans); without it from DejaVu.
"""

import math
import os
import tempfile
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FOLDER = Path(tempfile.gettempdir()) / "studio-prints"
PAPER, TEXT = "#f1ebdf", "#35322e"


def font(kind: str, size: int) -> ImageFont.FreeTypeFont:
    own = Path(os.environ.get("STUDIO_FONTS", "")) / f"{kind}.ttf"
    if own.is_file():
        return ImageFont.truetype(str(own), size)
    spare = {"serif": "DejaVuSerif", "serif-italic": "DejaVuSerif-Italic", "sans": "DejaVuSans"}
    return ImageFont.truetype(spare[kind] + ".ttf", size)


def keep(image: Image.Image, name: str) -> str:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    image.save(path)
    return str(path)


def centred(
    pen: ImageDraw.ImageDraw, y: float, text: str, kind: str, size: int, fill: str, width: int
) -> float:
    face = font(kind, size)
    pen.text((width / 2, y), text, font=face, fill=fill, anchor="ma")
    return y + size * 1.12


def label(
    name: str, title: list[str], lines: list[str], *, size=(600, 600), paper=PAPER, ink=TEXT
) -> str:
    """A quiet label: a thin frame, a serif title, small lines below."""
    w, h = size
    image = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(image)
    pen.rectangle((22, 22, w - 23, h - 23), outline=ink, width=2)
    big = min(round(w / 5.2), round(h / (len(title) + 2.4)))
    y = h * 0.16
    for line in title:
        y = centred(pen, y, line, "serif", big, ink, w)
    pen.line((w / 2 - 40, y + big * 0.35, w / 2 + 40, y + big * 0.35), fill=ink, width=2)
    y = h - 52 - len(lines) * big * 0.42
    for line in lines:
        y = centred(pen, y, line, "sans", round(big * 0.31), ink, w) + 4
    return keep(image, "label-" + name)


def cover(name: str, title: list[str], under: str, paper: str, ink: str, figure) -> str:
    """A booklet cover, 3:4, with a figure drawn by `figure(pen, width, height)`."""
    w, h = 900, 1200
    image = Image.new("RGB", (w, h), paper)
    pen = ImageDraw.Draw(image)
    figure(pen, w, h)
    y = 110.0
    for line in title:
        y = centred(pen, y, line, "serif", 128, ink, w)
    centred(pen, h - 120, under, "sans", 34, ink, w)
    return keep(image, "cover-" + name)


def pot_figure(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
    pen.ellipse((w * 0.2, h * 0.86, w * 0.8, h * 0.88), fill="#bba98f")
    pen.rounded_rectangle((w * 0.24, h * 0.56, w * 0.76, h * 0.87), 70, fill="#3a4049")
    pen.rectangle((w * 0.24, h * 0.56, w * 0.76, h * 0.62), fill="#3a4049")
    pen.rounded_rectangle((w * 0.15, h * 0.64, w * 0.85, h * 0.68), 20, fill="#3a4049")
    pen.pieslice((w * 0.24, h * 0.44, w * 0.76, h * 0.68), 180, 360, fill="#505762")
    pen.ellipse((w * 0.46, h * 0.41, w * 0.54, h * 0.46), fill="#b48a53")


def loaf_figure(pen: ImageDraw.ImageDraw, w: int, h: int) -> None:
    pen.ellipse((w * 0.16, h * 0.5, w * 0.84, h * 0.84), fill="#a9713f")
    for k in range(4):
        x = w * (0.3 + k * 0.12)
        pen.arc((x, h * 0.53, x + w * 0.16, h * 0.78), 120, 240, fill="#ecdcbd", width=14)


def tide() -> str:
    w, h = 900, 1200
    image = Image.new("RGB", (w, h), "#efe9dd")
    pen = ImageDraw.Draw(image)
    luck = Random(4)
    colours = ("#dcd3c0", "#aeb8b0", "#7c9095", "#4a5d6b", "#2f3b48")
    y = 330.0
    for k, colour in enumerate(colours):
        line = [
            (x, y + 16 * luck.uniform(-0.3, 0.3) + 18 * ((x / w - 0.5) ** 2) * (k - 2))
            for x in range(80, w - 60, 20)
        ]
        low = 1120 if k == len(colours) - 1 else y + 260
        pen.polygon([*line, (line[-1][0], low), (line[0][0], low)], fill=colour)
        y += 128 + 14 * k
    pen.ellipse((560, 150, 690, 280), fill="#c98f6f")
    return keep(image.filter(ImageFilter.GaussianBlur(0.8)), "tide")


def stones() -> str:
    w, h = 900, 1200
    image = Image.new("RGB", (w, h), "#efe9dd")
    pen = ImageDraw.Draw(image)
    pen.rectangle((80, 820, w - 80, 1120), fill="#c9c6b6")
    for x, y, rx, ry, colour in (
        (450, 930, 230, 92, "#5d6157"),
        (470, 770, 180, 78, "#b8876f"),
        (436, 640, 138, 60, "#9aa08f"),
        (458, 536, 96, 50, "#d9cdb8"),
        (446, 456, 56, 34, "#3b424b"),
    ):
        pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=colour)
    return keep(image.filter(ImageFilter.GaussianBlur(0.8)), "stones")


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def sowing_chart() -> str:
    w, h = 1200, 900
    image = Image.new("RGB", (w, h), "#f5f1e7")
    pen = ImageDraw.Draw(image)
    pen.text((70, 50), "The garden year", font=font("serif", 76), fill="#3d4a38")
    plants = (
        "Broad bean",
        "Lettuce",
        "Radish",
        "Pea",
        "Chard",
        "Beetroot",
        "Runner bean",
        "Courgette",
        "Tomato",
        "Marigold",
        "Nasturtium",
        "Kale",
        "Leek",
        "Spinach",
        "Garlic",
    )
    left, top, cell, row = 260, 190, 74, 42
    for m, month in enumerate(MONTHS):
        pen.text(
            (left + m * cell + cell / 2, top - 34),
            month[:3],
            font=font("sans", 22),
            fill=TEXT,
            anchor="ma",
        )
    luck = Random(6)
    for k, plant in enumerate(plants):
        y = top + k * row
        pen.text((70, y + 6), plant, font=font("serif", 28), fill=TEXT)
        pen.line((70, y + row - 2, w - 60, y + row - 2), fill="#d5cdbc", width=1)
        start = luck.uniform(1, 4)
        long = luck.uniform(1.2, 2.6)
        pen.rounded_rectangle(
            (left + start * cell, y + 10, left + (start + long) * cell, y + 30), 9, fill="#8a9a76"
        )
        ripe = start + long + luck.uniform(0.6, 1.4)
        pen.rounded_rectangle(
            (
                left + ripe * cell,
                y + 10,
                left + min(11.9, ripe + luck.uniform(1.4, 3)) * cell,
                y + 30,
            ),
            9,
            fill="#c08a62",
        )
    return keep(image, "chart")


def calendar() -> str:
    w, h = 900, 1260
    image = Image.new("RGB", (w, h), "#f3efe6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, w, 470), fill="#aab2a4")
    pen.text((70, 130), "January", font=font("serif", 120), fill="#f5f1e8")
    pen.text((76, 290), "2027", font=font("sans", 60), fill="#f5f1e8")
    for k, day in enumerate(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")):
        pen.text((110 + k * 114, 520), day, font=font("sans", 32), fill="#8b857b", anchor="ma")
    for day in range(1, 32):
        place = day + 3
        x, y = 110 + place % 7 * 114, 600 + place // 7 * 122
        pen.text(
            (x, y),
            str(day),
            font=font("serif", 64),
            fill="#a35f42" if place % 7 == 6 else TEXT,
            anchor="ma",
        )
        pen.line((x - 42, y + 92, x + 42, y + 92), fill="#d5cdbf", width=2)
    return keep(image, "calendar")


def pattern(seed: int = 1) -> str:
    """Sewing pattern pieces: outlines, dashed seams, grain arrows and notches."""
    w, h = 1200, 900
    image = Image.new("RGB", (w, h), "#f6f2ea")
    pen = ImageDraw.Draw(image)
    ink = "#4c4a47"
    for x in range(0, w, 60):
        pen.line((x, 0, x, h), fill="#ece6da", width=1)
    for y in range(0, h, 60):
        pen.line((0, y, w, y), fill="#ece6da", width=1)
    if seed == 1:
        shapes = (
            (
                "1  Front",
                [
                    (120, 820),
                    (120, 420),
                    (210, 330),
                    (260, 90),
                    (520, 90),
                    (570, 330),
                    (660, 420),
                    (660, 820),
                ],
            ),
            ("2  Pocket", [(760, 820), (760, 520), (1100, 520), (1100, 820)]),
            ("3  Strap", [(760, 420), (760, 330), (1130, 330), (1130, 420)]),
        )
    else:
        shapes = (
            ("1  Front", [(110, 800), (120, 180), (700, 170), (710, 810)]),
            ("2  Piping, on the bias", [(800, 820), (800, 740), (1120, 200), (1120, 280)]),
        )
    for name, line in shapes:
        pen.line([*line, line[0]], fill=ink, width=5, joint="curve")
        cx, cy = sum(p[0] for p in line) / len(line), sum(p[1] for p in line) / len(line)
        inner = [(cx + (x - cx) * 0.93, cy + (y - cy) * 0.93) for x, y in line]
        for a, b in zip(inner, [*inner[1:], inner[0]], strict=True):
            long = max(1, ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)
            for s in range(0, int(long), 26):
                p, q = s / long, min(1, (s + 14) / long)
                pen.line(
                    (
                        a[0] + (b[0] - a[0]) * p,
                        a[1] + (b[1] - a[1]) * p,
                        a[0] + (b[0] - a[0]) * q,
                        a[1] + (b[1] - a[1]) * q,
                    ),
                    fill="#a35f42",
                    width=3,
                )
        pen.text((cx, cy), name, font=font("serif", 44), fill=ink, anchor="mm")
        pen.line((cx + 150, cy - 60, cx + 150, cy + 60), fill=ink, width=3)
    return keep(image, f"pattern-{seed}")


def page(seed: int = 1) -> str:
    """A recipe page: a title, ingredients in a column, lines of text."""
    w, h = 900, 1200
    image = Image.new("RGB", (w, h), "#f6f2e9")
    pen = ImageDraw.Draw(image)
    luck = Random(seed)
    titles = {1: ("White beans,", "sage, egg"), 2: ("Cold tomatoes", "on hot rice")}[seed]
    pen.text((90, 90), MONTHS[0 if seed == 1 else 6], font=font("sans", 34), fill="#a35f42")
    for k, line in enumerate(titles):
        pen.text((90, 150 + k * 92), line, font=font("serif", 88), fill=TEXT)
    items = (
        ("400 g white beans", "2 cloves of garlic", "8 leaves of sage", "4 eggs", "olive oil, salt")
        if seed == 1
        else (
            "600 g tomatoes",
            "300 g short rice",
            "1 small red onion",
            "basil, vinegar",
            "olive oil, salt",
        )
    )
    for k, item in enumerate(items):
        pen.text((90, 420 + k * 52), item, font=font("sans", 30), fill=TEXT)
    for k in range(9):
        y = 740 + k * 46
        pen.line((90, y, luck.uniform(680, 800) if k % 4 != 3 else 420, y), fill="#b9b1a4", width=7)
    return keep(image, f"page-{seed}")


def seeds(name: str, petal: str, heart: str, count: int) -> str:
    w, h = 600, 840
    image = Image.new("RGB", (w, h), "#efe7d6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, w, 150), fill="#6d7a62")
    pen.text((w / 2, 44), name, font=font("serif", 68), fill="#f3eee2", anchor="ma")
    pen.line((w / 2, 520, w / 2, 760), fill="#6d7a62", width=9)
    for side in (-1, 1):
        pen.ellipse((w / 2 + side * 70 - 66, 620, w / 2 + side * 70 + 66, 664), fill="#7f8d70")
    for k in range(count):
        a = 2 * math.pi * k / count
        x, y = w / 2 + math.cos(a) * 110, 420 + math.sin(a) * 110
        pen.ellipse((x - 72, y - 72, x + 72, y + 72), fill=petal)
    pen.ellipse((w / 2 - 62, 358, w / 2 + 62, 482), fill=heart)
    pen.text((w / 2, 776), "open-pollinated", font=font("sans", 30), fill="#55604c", anchor="ma")
    return keep(image, "seeds-" + name.split()[0].lower())
