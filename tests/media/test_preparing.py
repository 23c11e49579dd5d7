"""What becomes of a file that somebody sent, by its content alone."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from tests.media.pictures import UPRIGHT, bytes_of, claims_to_be, corners, picture, turned
from webapp.media.commands import hash_of, prepare
from webapp.media.errors import NotAPicture, PictureDamaged, PictureTooLarge
from webapp.runtime.storage import MemoryStorage

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def storage():
    return MemoryStorage()


def kept(storage, prepared):
    with storage.open(prepared.storage_key) as file:
        return file.read()


def opened(storage, prepared):
    return Image.open(io.BytesIO(kept(storage, prepared)))


def shared(folder):
    if not (SHARED / folder).is_dir():
        pytest.skip(f"shared data {folder} is absent")
    return SHARED / folder


def test_a_picture_is_kept_under_the_hash_of_what_is_kept(storage):
    data = bytes_of(picture())

    prepared = prepare(data, storage, name="Stool.PNG")

    assert prepared.sha256 == hash_of(kept(storage, prepared))
    assert prepared.source_sha256 == hash_of(data)
    digest = prepared.sha256
    assert prepared.storage_key == f"media/{digest[:2]}/{digest[2:4]}/{digest}/original.png"
    assert (prepared.width, prepared.height) == (64, 48)
    assert (prepared.mime, prepared.extension) == ("image/png", "png")
    assert prepared.size_bytes == storage.size(prepared.storage_key)
    assert (prepared.original_name, prepared.notes) == ("Stool.PNG", ())


def test_what_is_kept_becomes_itself_again_when_it_is_sent_again(storage):
    first = prepare(bytes_of(picture()), storage)
    again = prepare(kept(storage, first), storage)

    assert again.source_sha256 == first.sha256


@pytest.mark.parametrize(
    ("kind", "options", "extension"),
    [
        ("JPEG", {}, "jpg"),
        ("PNG", {}, "png"),
        ("WEBP", {}, "webp"),
        ("AVIF", {}, "jpg"),
        ("GIF", {}, "png"),
        ("TIFF", {}, "png"),
        ("BMP", {}, "png"),
    ],
)
def test_kinds_are_told_by_content_and_kept_as_what_browsers_show(
    storage, kind, options, extension
):
    prepared = prepare(bytes_of(picture(), kind, **options), storage, name="misnamed.svg")

    assert prepared.extension == extension
    assert corners(kept(storage, prepared)) == UPRIGHT
    assert opened(storage, prepared).format == {"jpg": "JPEG"}.get(extension, extension.upper())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_stand_upright_and_forget_where_they_were_taken(storage, orientation):
    prepared = prepare(turned(orientation), storage)

    assert (prepared.width, prepared.height) == (96, 64)
    assert corners(kept(storage, prepared)) == UPRIGHT
    assert dict(opened(storage, prepared).getexif()) == {}
    assert b"camera" not in kept(storage, prepared)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG"), ("YCbCr", "TIFF"),
     ("CMYK", "TIFF"), ("L", "JPEG")],
)  # fmt: skip
def test_every_kind_of_pixel_becomes_plain_colour(storage, mode, kind):
    if mode == "I;16":
        image = Image.new("I;16", (64, 48), 65_535)
        image.paste(0, (0, 0, 32, 48))
    else:
        image = picture(mode=mode)

    shown = opened(storage, prepare(bytes_of(image, kind), storage))

    assert shown.mode in {"L", "RGB"}
    if mode == "I;16":
        assert [shown.getpixel((x, 20)) for x in (10, 50)] == [0, 255]


@pytest.mark.parametrize("source", ["RGBA", "palette", "LA", "grey with a transparent shade"])
def test_what_is_transparent_stays_transparent(storage, source):
    image = picture(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    options = {}
    if source == "LA":
        image = image.convert("LA")
    elif source == "palette":
        image = picture(mode="P")
        options["transparency"] = image.getpixel((5, 5))
    elif source.startswith("grey"):
        image = picture(mode="L")
        options["transparency"] = image.getpixel((5, 5))

    shown = opened(storage, prepare(bytes_of(image, "PNG", **options), storage))

    assert shown.mode == "RGBA"
    least, most = shown.getchannel("A").getextrema()
    assert least < 10
    assert most > 245


def test_an_alpha_channel_that_hides_nothing_is_dropped(storage):
    prepared = prepare(bytes_of(picture(mode="RGBA"), "WEBP", lossless=True), storage)

    assert opened(storage, prepared).mode == "RGB"


def test_colours_of_another_space_are_shown_as_a_screen_shows_them(storage):
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    broken = bytes_of(picture(), "JPEG", icc_profile=b"not a profile", quality=95)
    unfit = bytes_of(picture(), "JPEG", icc_profile=wide.tobytes(), quality=95)

    for data in (broken, unfit):
        prepared = prepare(data, storage)
        assert corners(kept(storage, prepared)) == UPRIGHT
        assert "icc_profile" not in opened(storage, prepared).info


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_kept_and_said_so(storage, kind):
    second = Image.new("RGB", (64, 48), "black")
    data = bytes_of(picture(), kind, save_all=True, append_images=[second, picture()])

    prepared = prepare(data, storage)

    assert prepared.notes == ("Only the first frame of the animation is kept.",)
    assert corners(kept(storage, prepared)) == UPRIGHT
    assert not getattr(opened(storage, prepared), "is_animated", False)


def test_what_follows_a_picture_in_its_file_is_left_behind(storage):
    script = b"<script>alert(1)</script>"
    archive = b"PK\x03\x04" + b"payload" * 10
    comment = bytes_of(picture(), "JPEG", comment=script)
    for data in (
        bytes_of(picture(), "JPEG") + script,
        bytes_of(picture(), "PNG") + archive,
        bytes_of(picture(), "GIF") + script,
        comment,
    ):
        body = kept(storage, prepare(data, storage))
        assert script not in body
        assert b"payload" not in body
        assert corners(body) == UPRIGHT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg onload='alert(1)'/>", "SVG"),
        (b"\xef\xbb\xbf <SVG></SVG>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"%PDF-1.7 ...", "not a picture"),
        (b"GIF89a<script>alert(1)</script>", None),
        (b"<html><img src=x onerror=alert(1)></html>", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(storage, data, words):
    with pytest.raises((NotAPicture, PictureDamaged, PictureTooLarge)) as refusal:
        prepare(data, storage)

    if words:
        assert isinstance(refusal.value, NotAPicture)
        assert words in refusal.value.detail
    assert list(storage.keys("media")) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_torn_file_is_damaged_and_nothing_is_kept(storage, kind, part):
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    data = bytes_of(noise, kind)

    with pytest.raises((PictureDamaged, NotAPicture)):
        prepare(data[: int(len(data) * part)], storage)

    assert list(storage.keys("media")) == []


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 1), (8000, 5001)])
def test_a_bomb_is_refused_by_its_header(storage, width, height):
    with pytest.raises((PictureTooLarge, PictureDamaged)) as refusal:
        prepare(claims_to_be(width, height), storage)

    if width * height < 2**40 and height > 1:
        assert isinstance(refusal.value, PictureTooLarge)
        assert f"{width} x {height}" in refusal.value.detail


def test_a_file_of_more_than_twenty_megabytes_is_not_even_opened(storage):
    with pytest.raises(PictureTooLarge, match="20 MB"):
        prepare(b"\xff\xd8\xff" + b"\0" * 20_000_000, storage)


def test_large_pictures_are_made_smaller_and_said_so(storage):
    prepared = prepare(bytes_of(picture(6000, 600), "PNG"), storage)

    assert (prepared.width, prepared.height) == (4096, 410)
    assert prepared.notes == ("It was made smaller: 4096 x 410 pixels.",)


def test_a_camera_jpeg_of_many_megapixels_fits(storage):
    prepared = prepare(bytes_of(Image.new("L", (9000, 6000), 90), "JPEG", quality=30), storage)

    assert (prepared.width, prepared.height) == (4096, 2731)


def test_measurements_are_no_picture(storage):
    with pytest.raises(NotAPicture, match="measurements"):
        prepare(bytes_of(Image.new("F", (10, 10), 0.5), "TIFF"), storage)


def test_a_heavy_photograph_in_a_lossless_file_is_kept_lossy(storage):
    noise = Image.effect_noise((2600, 1000), 90)
    photo = Image.merge("RGB", (noise, noise.rotate(180), noise.transpose(0)))

    prepared = prepare(bytes_of(photo, "BMP"), storage)

    assert prepared.extension == "jpg"


def test_the_main_colour_is_the_one_there_is_most_of(storage):
    image = Image.new("RGB", (100, 100), (200, 120, 40))
    image.paste((0, 0, 255), (0, 0, 30, 30))
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))

    red, green, blue = bytes.fromhex(prepare(bytes_of(image), storage).colour[1:])
    assert (abs(red - 200), abs(green - 120), abs(blue - 40)) <= (6, 6, 6)
    assert prepare(bytes_of(clear), storage).colour == "#ffffff"


def test_awkward_but_well_formed_pictures_are_all_taken(storage):
    files = [f for f in sorted(shared("img-pillow-ok").iterdir()) if "." in f.name]
    assert len(files) == 62

    for file in files:
        prepared = prepare(file, storage)
        shown = opened(storage, prepared)
        shown.load()
        assert shown.size == (prepared.width, prepared.height), file.name
        assert shown.mode in {"L", "RGB", "RGBA"}, file.name
        assert not shown.getexif(), file.name
        assert "icc_profile" not in shown.info, file.name
        assert b"http://ns.adobe.com/xap" not in kept(storage, prepared), file.name


def test_turned_photographs_all_look_alike(storage):
    def small(prepared):
        return list(opened(storage, prepared).convert("L").resize((12, 8)).tobytes())

    for folder, names in (
        (shared("img-exif-landscape"), [f"Landscape_{n}.jpg" for n in range(9)]),
        (shared("img-pillow-ok"), [f"images__hopper_orientation_{n}.jpg" for n in range(2, 9)]),
        (shared("img-pillow-ok"), [f"images__hopper_orientation_{n}.webp" for n in range(2, 9)]),
        (
            shared("img-pillow-ok"),
            [f"avif__rot{turn}mir{mirror}.avif" for turn in range(4) for mirror in range(2)],
        ),
    ):
        first, *others = [small(prepare(folder / name, storage)) for name in names]
        for other in others:
            apart = sum(abs(a - b) for a, b in zip(first, other, strict=True)) / len(first)
            assert apart < 8, folder


def test_hostile_files_are_refused(storage):
    files = [f for f in shared("hostile-payloads-dev").iterdir() if f.is_file()]
    assert len(files) >= 7

    for file in files:
        with pytest.raises(NotAPicture):
            prepare(file, storage)
    assert list(storage.keys("media")) == []
