"""Pictures made on the spot, good and bad. ``corners`` tells which way up one is."""

import io
import struct
import zlib

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 60), (40, 60, 200), (255, 255, 255)


def picture(width=64, height=48, mode="RGB"):
    """Four quarters: red, green / blue, white."""
    image = Image.new("RGB", (width, height), WHITE)
    half_w, half_h = width // 2, height // 2
    image.paste(RED, (0, 0, half_w, half_h))
    image.paste(GREEN, (half_w, 0, width, half_h))
    image.paste(BLUE, (0, half_h, half_w, height))
    return image.convert(mode)


def bytes_of(image, kind="PNG", **options):
    into = io.BytesIO()
    image.save(into, kind, **options)
    return into.getvalue()


def turned(orientation):
    """A JPEG whose pixels lie otherwise and whose EXIF says how to turn them upright."""
    upright = picture(96, 64)
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera with a name"
    exif.get_ifd(0x8825)[1] = "N"
    return bytes_of(lying, "JPEG", exif=exif, quality=95)


def claims_to_be(width, height):
    """A PNG of a few bytes whose header promises width x height pixels of nothing."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def corners(data):
    """The colours of the four quarters, rounded to their names."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    points = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    names = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}

    def name(colour):
        return min(
            names, key=lambda n: sum(abs(a - b) for a, b in zip(names[n], colour, strict=True))
        )

    return [name(image.getpixel(point)) for point in points]


UPRIGHT = ["red", "green", "blue", "white"]
