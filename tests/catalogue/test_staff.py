"""What staff see: products in every state, and one of them with all that an editor needs."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from tests.factories.catalogue import (
    make_category,
    make_collection,
    make_file,
    make_product,
    variants_of,
)
from webapp.catalogue import commands, queries
from webapp.catalogue.models import RelationKind
from webapp.catalogue.queries import StaffQuery
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.kit.money import Money


def listed(db: Session, **asked: object) -> dict[str, str]:
    page = queries.staff_products(db, StaffQuery(**asked), currency="EUR")  # type: ignore[arg-type]
    return {one.title: one.status for one in page}


def test_products_are_listed_by_status(db: Session) -> None:
    shelf = make_category(db, "Lamps")
    make_product(db, "Active", category_id=shelf.id, brand="Oddny")
    make_product(db, "Draft", status="draft")
    make_product(db, "Sold out", on_hand=0)
    commands.schedule(db, SYSTEM, make_product(db, "Later"), at=now() + timedelta(days=1))
    commands.archive(db, SYSTEM, make_product(db, "Old"))

    assert listed(db) == {
        "Active": "active", "Draft": "draft", "Sold out": "active", "Later": "scheduled",
    }  # fmt: skip
    assert listed(db, status="active") == {"Active": "active", "Sold out": "active"}
    assert listed(db, status="scheduled") == {"Later": "scheduled"}
    assert listed(db, status="archived") == {"Old": "archived"}
    assert listed(db, category_id=shelf.id) == {"Active": "active"}
    assert set(listed(db, only_unavailable=True)) == {"Sold out"}
    assert len(listed(db, status="all")) == 5
    (line,) = queries.staff_products(db, StaffQuery(category_id=shelf.id), currency="EUR")
    assert (line.brand, line.category, line.price_from, line.image) == (
        "Oddny", "Lamps", Money(1999, "EUR"), None,
    )  # fmt: skip


def test_the_list_is_walked_by_last_change(db: Session) -> None:
    made = [make_product(db, f"Stool {number}") for number in range(7)]
    commands.update_product(db, SYSTEM, made[2], summary="Changed")
    db.commit()

    seen, cursor = [], None
    while True:
        page = queries.staff_products(db, StaffQuery(size=3, cursor=cursor), currency="EUR")
        seen += [one.title for one in page]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == [f"Stool {number}" for number in (2, 6, 5, 4, 3, 1, 0)]


def test_an_editor_gets_everything(db: Session) -> None:
    shelf = make_category(db, "Lamps")
    commands.create_attribute(db, SYSTEM, code="width", name="Width", unit="cm")
    commands.create_attribute(db, SYSTEM, code="socket", name="Socket")
    other = make_product(db, "Other")
    product = make_product(
        db,
        "Desk light",
        status="draft",
        sizes=["S", "M"],
        brand="Oddny",
        tags=["b", "a"],
        category_id=shelf.id,
        attributes={"socket": "E14"},
    )
    commands.attach_image(db, SYSTEM, product, make_file(db).id or 0, alt="Lit")
    commands.relate(db, SYSTEM, product, [other.id], kind=RelationKind.cross_sell)
    collection = make_collection(db, products=[product])
    commands.update_variant(db, SYSTEM, variants_of(db, product)[0], is_archived=True)

    for address in (product.public_id, product.slug):
        edit = queries.product_for_edit(db, address)
        assert edit.product.id == product.id
    assert (edit.brand, edit.category_ids, edit.tags) == ("Oddny", (shelf.id,), ("a", "b"))
    assert [(one.code, one.text) for one in edit.attributes] == [("socket", "E14"), ("width", "")]
    assert [(one.option.name, [value.value for value in one.values]) for one in edit.options] == [
        ("Size", ["S", "M"])
    ]
    assert [(one.variant.is_archived, dict(one.values)) for one in edit.variants] == [
        (False, {"Size": "M"}),
        (True, {"Size": "S"}),
    ]
    assert [picture.image.alt for picture in edit.pictures] == ["Lit"]
    assert edit.relations[RelationKind.cross_sell] == (other.id,)
    assert edit.collections == ((collection.id, "New this autumn"),)
    with pytest.raises(NotFound):
        queries.product_for_edit(db, "nothing")
