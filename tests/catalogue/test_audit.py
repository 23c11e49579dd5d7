"""The audit finds what was changed behind the commands' back, and nothing else."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.factories.catalogue import make_category, make_product
from webapp.catalogue import commands
from webapp.catalogue.audit import CHECKS
from webapp.kit.actors import SYSTEM


def faults(db: Session) -> list[str]:
    return [f"{name}: {fault}" for name, check in CHECKS.items() for fault in check(db)]


@pytest.fixture
def shop(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    commands.create_attribute(db, SYSTEM, code="socket", name="Socket", is_filter=True)
    make_product(db, "Cap lamp", category_id=lamps.id, brand="Oddny", attributes={"socket": "E14"})
    make_product(db, "Desk lamp", category_id=lamps.id, sizes=["S", "M"], tags=["new"])


def test_a_shop_run_by_commands_is_in_step(db: Session, shop: None) -> None:
    assert faults(db) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "UPDATE products SET price_from_minor = 1 WHERE slug = 'cap-lamp'",
            "listings repeat their variants: "
            "product cap-lamp: price_from_minor is 1, its variants say 1999",
        ),
        (
            "UPDATE products SET is_available = false WHERE slug = 'cap-lamp'",
            "listings repeat their variants: "
            "product cap-lamp: is_available is False, its variants say True",
        ),
        (
            "UPDATE products SET compare_at_minor = 5 WHERE slug = 'cap-lamp'",
            "listings repeat their variants: "
            "product cap-lamp: compare_at_minor is 5, its variants say None",
        ),
        (
            "UPDATE categories SET path = 'elsewhere' WHERE slug = 'lamps'",
            "categories stand where their path says: "
            "category elsewhere: its place in the tree makes it home/lamps",
        ),
        (
            "UPDATE products SET published_at = NULL WHERE slug = 'cap-lamp'",
            "what is published has a date: "
            "product cap-lamp: is active and has no publication date",
        ),
        (
            "DELETE FROM product_texts WHERE product_id = 1",
            "every product can be found: product cap-lamp: search does not know it",
        ),
        (
            "DELETE FROM product_facets WHERE product_id = 2",
            "facets hold what they should: product 2: its facets are not in step",
        ),
        (
            "UPDATE variants SET title = 'S' WHERE product_id = 2",
            "variants make one choice on every option: "
            "product desk-lamp: has the variant 'S' 2 times",
        ),
    ],
)  # fmt: skip
def test_what_is_out_of_step_is_told(db: Session, shop: None, statement: str, found: str) -> None:
    db.execute(text(statement))

    assert found in faults(db)


def test_a_lost_choice_is_told(db: Session, shop: None) -> None:
    db.execute(text("DELETE FROM variant_values"))

    assert [fault.split(": ")[-1] for fault in faults(db) if "variants make" in fault] == [
        "makes 0 choices on 1 options"
    ] * 2
