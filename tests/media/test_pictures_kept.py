"""From a prepared picture to its row, its sizes and the value that pages show."""

import io

import pytest
from PIL import Image
from sqlmodel import select

from tests.media.pictures import bytes_of, picture
from webapp.kit.actors import SHOPPER, SYSTEM
from webapp.kit.errors import NotAllowed
from webapp.media.audit import pictures_are_there
from webapp.media.commands import prepare, record_renditions, store_image
from webapp.media.models import MediaFile, Rendition
from webapp.media.queries import (
    Image as Shown,
)
from webapp.media.queries import (
    file_by_hash,
    file_named,
    image_of,
    images_of,
    widths_for,
)
from webapp.runtime.events import history


@pytest.fixture
def storage(app):
    return app.state.storage


def store(database, storage, image, name="", **options):
    prepared = prepare(bytes_of(image, **options), storage, name=name)
    with database.writing() as session:
        return store_image(session, SYSTEM, prepared)


def test_a_stored_picture_is_a_fact_and_gets_its_sizes(database, storage, run_jobs):
    file = store(database, storage, picture(700, 500), name="stool.png")

    assert run_jobs() == 1
    with database.reading() as session:
        (fact,) = history(session, "media", file.public_id)
        made = session.exec(select(Rendition).order_by(Rendition.width)).all()
        assert fact.name == "media.stored"
        assert [row.width for row in made] == [160, 320, 480, 640, 960]
        for row in made:
            with storage.open(row.storage_key) as kept:
                body = kept.read()
            image = Image.open(io.BytesIO(body))
            assert image.format == "WEBP"
            assert image.size == (min(row.width, 700), round(500 * min(row.width, 700) / 700))
            assert row.size_bytes == len(body)


def test_the_same_picture_is_kept_once(database, storage, run_jobs):
    first = store(database, storage, picture(), kind="JPEG")
    again = store(database, storage, picture(), kind="JPEG")
    with storage.open(first.storage_key) as kept:
        sent_back = prepare(kept.read(), storage)
    with database.writing() as session:
        returned = store_image(session, SYSTEM, sent_back)

    assert first.id == again.id == returned.id
    with database.reading() as session:
        assert len(session.exec(select(MediaFile)).all()) == 1
        assert file_by_hash(session, first.source_sha256).id == first.id
        assert file_by_hash(session, "0" * 64) is None
    assert run_jobs() == 1


def test_a_shopper_may_not_fill_the_library(database, storage):
    prepared = prepare(bytes_of(picture()), storage)

    with pytest.raises(NotAllowed), database.writing() as session:
        store_image(session, SHOPPER, prepared)

    with database.reading() as session:
        assert session.exec(select(MediaFile)).all() == []


def test_noting_a_size_twice_is_noting_it_once(database, storage, run_jobs):
    file = store(database, storage, picture(100, 100))
    run_jobs()
    from webapp.media.commands import Rendered

    with database.writing() as session:
        record_renditions(session, file.id, [Rendered(160, 1, "media/x/160.webp")])
        record_renditions(session, file.id, [])

    with database.reading() as session:
        assert [row.width for row in session.exec(select(Rendition))] == [160]


def test_the_job_of_a_forgotten_picture_does_nothing(database, storage, run_jobs):
    file = store(database, storage, picture())
    with database.writing() as session:
        session.delete(session.get(MediaFile, file.id))

    assert run_jobs() == 1
    with database.reading() as session:
        assert session.exec(select(Rendition)).all() == []


def test_a_file_is_found_by_the_name_it_came_with_the_latest_first(database, storage):
    store(database, storage, picture(10, 10), name="front.png")
    latest = store(database, storage, picture(12, 12), name="front.png")

    with database.reading() as session:
        assert file_named(session, "front.png").id == latest.id
        assert file_named(session, "back.png") is None


def test_pictures_of_a_page_are_one_statement(database, storage, statements):
    ids = [store(database, storage, picture(20 + n, 20)).id for n in range(3)]

    with database.reading() as session, statements.counted() as sent:
        found = images_of(session, [*ids, 999])
        assert len(sent) == 1
        assert images_of(session, []) == {}
        assert image_of(session, None) is None
        assert len(sent) == 1
        assert image_of(session, 999) is None
    assert [found[id_].width for id_ in ids] == [20, 21, 22]


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (1, (160,)),
        (160, (160,)),
        (161, (160, 320)),
        (700, (160, 320, 480, 640, 960)),
        (1280, (160, 320, 480, 640, 960, 1280)),
        (4096, (160, 320, 480, 640, 960, 1280)),
    ],
)
def test_no_width_is_made_beyond_the_first_that_holds_the_original(width, widths):
    assert widths_for(width) == widths


def test_the_value_knows_its_addresses():
    image = Shown("ab" * 32, "jpg", 700, 500, "#a0b0c0", "A stool")
    base = f"/media/{'ab' * 32}"

    assert [image.url(wanted) for wanted in (1, 160, 161, 640, 5000)] == [
        f"{base}/{width}.webp" for width in (160, 160, 320, 640, 960)
    ]
    assert image.original_url == f"{base}/original.jpg"
    assert image.srcset == (
        f"{base}/160.webp 160w, {base}/320.webp 320w, {base}/480.webp 480w, "
        f"{base}/640.webp 640w, {base}/960.webp 700w"
    )
    assert image.height_at(350) == 250
    assert image.described("Another").alt == "Another"
    assert Shown.from_json(image.as_json()) == image
    assert Shown.from_json({}) is None


def test_the_audit_misses_pictures_that_are_lost_or_torn(database, storage):
    kept, torn, lost = (
        store(database, storage, picture(100 + number, 100), name=f"{number}.png")
        for number in range(3)
    )
    assert pictures_are_there(database, storage) == []

    storage.delete(lost.storage_key)
    (storage.root / torn.storage_key).write_bytes(b"half")

    assert [said.partition(",")[0] for said in pictures_are_there(database, storage)] == [
        "the picture “1.png” has 4 bytes on the disk",
        "the picture “2.png” is not on the disk any more",
    ]
    assert storage.exists(kept.storage_key)
