"""From bytes that anybody may have made to an upright picture in plain colours, or a refusal."""

import io
import struct
from dataclasses import dataclass
from typing import Any

# Pillow takes ten megabytes before it has opened anything. This module is therefore imported only
# when the first picture comes in (see ``preparing``); an idle shop has 110 MB for everything.
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from webapp.media.errors import NotAPicture, PictureDamaged, PictureTooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
MOST_PIXELS = 40_000_000
"""What may be unpacked: 40 megapixels are 160 MB while they are worked on."""
MOST_PIXELS_JPEG = 240_000_000
"""A JPEG can be read at a half, a quarter or an eighth of its size, so cameras' largest fit."""
LONGEST_SIDE = 4096
_ORIENTATION = 0x0112

# Pillow's own limit only warns. Ours are checked on the header, before a pixel is unpacked.
Image.MAX_IMAGE_PIXELS = None


@dataclass
class Decoded:
    """A picture in mode L, RGB or RGBA: upright, sRGB, at most ``LONGEST_SIDE`` a side."""

    image: Image.Image
    source_format: str
    jpeg_options: dict[str, Any]
    """The tables of a JPEG, so that writing it anew loses next to nothing; empty for others."""
    notes: tuple[str, ...]

    @property
    def has_alpha(self) -> bool:
        return self.image.mode == "RGBA"


def decode(data: bytes) -> Decoded:
    """Raises ``NotAPicture``, ``PictureTooLarge`` or ``PictureDamaged``."""
    image = _opened(data)
    try:
        return _normalised(image)
    except (PictureTooLarge, NotAPicture):
        raise
    except MemoryError as error:
        raise PictureTooLarge("This picture is too large to work with.") from error
    # A decoder that is fed nonsense can fail in any way it likes.
    except Exception as error:
        raise PictureDamaged(
            "This picture is damaged or incomplete. Save it again and retry.", reason=str(error)
        ) from error


def main_colour(image: Image.Image) -> str:
    """The colour that most of the picture has, as #rrggbb; what is transparent counts as white."""
    small = image.copy()
    small.thumbnail((48, 48), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small)
    few = small.convert("RGB").quantize(6)
    palette, counts = few.getpalette() or [255, 255, 255], few.getcolors() or [(1, 0)]
    _, most = max(counts)
    assert isinstance(most, int)
    red, green, blue = palette[most * 3 : most * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except MemoryError as error:
        raise PictureTooLarge("This picture is too large to work with.") from error
    except (OSError, SyntaxError, ValueError, TypeError, struct.error, EOFError) as error:
        raise _refusal_of(data) from error
    # Pillow raises a bare Exception subclass for some headers; it is a refusal all the same.
    except Exception as error:
        raise PictureDamaged("This picture cannot be opened.", reason=str(error)) from error
    pixels = image.width * image.height
    if pixels > (MOST_PIXELS_JPEG if _is_jpeg(image) else MOST_PIXELS):
        raise PictureTooLarge(
            f"This picture has {image.width} x {image.height} pixels. "
            f"Send one of at most {MOST_PIXELS // 1_000_000} megapixels.",
            width=image.width,
            height=image.height,
        )
    return image


def _refusal_of(data: bytes) -> NotAPicture | PictureDamaged:
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!")) and b"<svg" in start):
        return NotAPicture(
            "SVG drawings can carry programs, so they are not taken. Export it as PNG or WebP."
        )
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"hevc"}:
        return NotAPicture("HEIC pictures cannot be shown by browsers. Export it as JPEG.")
    if start.startswith((b"\xff\xd8\xff", b"\x89png", b"gif8", b"riff", b"ii*\0", b"mm\0*")):
        return PictureDamaged("This picture is damaged or incomplete. Save it again and retry.")
    return NotAPicture(
        "This is not a picture. Send a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP file."
    )


def _normalised(image: Image.Image) -> Decoded:
    source_format = image.format or ""
    notes = []
    if getattr(image, "is_animated", False) and source_format != "MPO":
        notes.append("Only the first frame of the animation is kept.")

    if _is_jpeg(image) and max(image.size) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(image.size)
        image.draft(image.mode, (int(image.width * scale) or 1, int(image.height * scale) or 1))
    if image.width * image.height > MOST_PIXELS:
        raise PictureTooLarge("This picture is too large to work with.")
    image.load()

    jpeg_options = _tables_of(image)
    profile = image.info.get("icc_profile")
    is_turned = image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    kept = _in_plain_colours(ImageOps.exif_transpose(image) if is_turned else image, profile)
    if max(kept.size) > LONGEST_SIDE:
        kept.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        notes.append(f"It was made smaller: {kept.width} x {kept.height} pixels.")
    # What is in here would be written out again: profiles, comments, places, names of cameras.
    kept.info = {}
    return Decoded(kept, source_format, jpeg_options, tuple(notes))


def _tables_of(image: Image.Image) -> dict[str, Any]:
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode not in {"L", "RGB"}:
        return {}
    options: dict[str, Any] = {"qtables": image.quantization}
    sampling = JpegImagePlugin.get_sampling(image)
    return options if sampling < 0 else {**options, "subsampling": sampling}


def _in_plain_colours(image: Image.Image, profile: Any) -> Image.Image:
    """L, RGB or RGBA in the sRGB colour space, 8 bits a channel."""
    if image.mode.startswith("I"):
        image = _from_deep_grey(image)
    elif image.mode == "F":
        raise NotAPicture("This file holds measurements rather than a picture.")
    if image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    if profile:
        image = _in_srgb(image, profile)
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode not in {"L", "RGB", "RGBA"}:
        image = image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16 and 32 bits of grey to 8. Pillow's own conversion clips: everything bright turns white."""
    deep = image.convert("I")
    low, high = deep.getextrema()
    assert isinstance(low, (int, float))
    assert isinstance(high, (int, float))
    if low >= 0 and high <= 255:
        return deep.convert("L")
    if low >= 0 and high <= 65_535:
        return deep.point(lambda value: value * (1 / 257)).convert("L")
    raise NotAPicture("This file holds measurements rather than a picture.")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as a screen shows them. A profile that is broken or does not fit is left out."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        opaque = image.convert("RGB") if alpha or image.mode == "P" else image
        target = ImageCms.createProfile("sRGB")
        shown = ImageCms.profileToProfile(opaque, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    if shown is None:
        return image
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


def _is_jpeg(image: Image.Image) -> bool:
    return image.format in {"JPEG", "MPO"}
