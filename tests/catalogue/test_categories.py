"""The category tree: paths in step, former paths lead on, no rings."""

import pytest
from sqlmodel import Session, select

from tests.factories.catalogue import make_category, make_product
from webapp.catalogue import commands, queries
from webapp.catalogue.audit import CHECKS
from webapp.catalogue.errors import CategoryInItself, CategoryNotEmpty, Moved, SlugTaken
from webapp.catalogue.models import Category, Product
from webapp.catalogue.queries import ListingQuery
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid, NotFound
from webapp.runtime.events import history


def paths(db: Session) -> list[str]:
    return list(db.exec(select(Category.path).order_by(Category.path)))


def faults(db: Session) -> list[str]:
    return [fault for check in CHECKS.values() for fault in check(db)]


def listed(db: Session, category: Category) -> list[str]:
    page = queries.listing(db, ListingQuery(category_id=category.id, sort="title"), currency="EUR")
    return [card.title for card in page.products]


def test_categories_stand_in_the_order_in_which_they_came(db: Session) -> None:
    home = make_category(db, "Home")
    make_category(db, "Zoo")
    make_category(db, "Lamps", parent=home)
    make_category(db, "Chairs", parent=home)

    menu = queries.menu(db)
    assert [node.name for node in menu] == ["Home", "Zoo"]
    assert [(node.name, node.path) for node in menu[0].children] == [
        ("Lamps", "home/lamps"),
        ("Chairs", "home/chairs"),
    ]
    commands.order_categories(db, SYSTEM, [menu[0].children[1].id, menu[0].children[0].id])
    assert [node.name for node in queries.menu(db)[0].children] == ["Chairs", "Lamps"]


def test_sisters_of_one_name_get_different_addresses(db: Session) -> None:
    home = make_category(db, "Home")
    twins = [make_category(db, "Lamps", parent=home) for _ in range(2)]
    make_category(db, "Lamps")

    assert [twin.path for twin in twins] == ["home/lamps", "home/lamps-2"]
    assert "lamps" in paths(db)
    with pytest.raises(SlugTaken):
        commands.update_category(db, SYSTEM, twins[1], slug="lamps")


def test_renaming_moves_everything_below_and_old_paths_lead_on(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    desk = make_category(db, "Desk lamps", parent=lamps)
    make_category(db, "Home office")

    commands.update_category(db, SYSTEM, home, name="House", slug="house")

    assert paths(db) == ["home-office", "house", "house/lamps", "house/lamps/desk-lamps"]
    for former, present in (
        ("home", "house"),
        ("home/lamps", "house/lamps"),
        ("home/lamps/desk-lamps", "house/lamps/desk-lamps"),
    ):
        with pytest.raises(Moved) as moved:
            queries.category_by_path(db, former)
        assert moved.value.to == present
    page = queries.category_by_path(db, desk.path)
    assert [step.name for step in page.ancestors] == ["House", "Lamps"]
    assert faults(db) == []


def test_a_path_taken_over_and_given_back_leads_to_its_owner(db: Session) -> None:
    lamps = make_category(db, "Lamps")
    commands.update_category(db, SYSTEM, lamps, slug="lights")
    other = make_category(db, "Lamps")

    assert queries.category_by_path(db, "lamps").id == other.id
    commands.update_category(db, SYSTEM, other, slug="old-lamps")
    with pytest.raises(Moved) as moved:
        queries.category_by_path(db, "lamps")
    assert moved.value.to == "old-lamps"


def test_moving_takes_products_along(db: Session) -> None:
    home, garden = make_category(db, "Home"), make_category(db, "Garden")
    lamps = make_category(db, "Lamps", parent=home)
    product = make_product(db, "Cap lamp", category_id=lamps.id)
    both = make_product(db, "Two lamp", category_id=lamps.id, category_ids=[lamps.id, home.id])

    commands.move_category(db, SYSTEM, lamps, parent_id=garden.id)

    assert paths(db) == ["garden", "garden/lamps", "home"]
    assert listed(db, garden) == ["Cap lamp", "Two lamp"]
    assert listed(db, home) == ["Two lamp"]
    assert queries.find(db, "garden").ids == [product.id, both.id]
    assert faults(db) == []
    assert history(db, "category", lamps.public_id)[-1].payload["changed"] == {
        "parent_id": [home.id, garden.id],
        "path": ["home/lamps", "garden/lamps"],
    }


def test_a_category_never_stands_below_itself(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)

    for below in (home, lamps):
        with pytest.raises(CategoryInItself):
            commands.move_category(db, SYSTEM, home, parent_id=below.id)
    assert paths(db) == ["home", "home/lamps"]


def test_moving_beside_a_sister_of_the_same_address_is_refused(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    make_category(db, "Lamps")

    with pytest.raises(SlugTaken):
        commands.move_category(db, SYSTEM, lamps, parent_id=None)


def test_the_tree_has_an_end(db: Session) -> None:
    names = [f"Level {number}" for number in range(8)]
    deepest = commands.ensure_path(db, SYSTEM, names)

    with pytest.raises(Invalid):
        make_category(db, "One more", parent=deepest)
    other = make_category(db, "Other")
    with pytest.raises(Invalid):
        commands.move_category(
            db,
            SYSTEM,
            db.exec(select(Category).where(Category.path == "level-0")).one(),
            parent_id=other.id,
        )


def test_the_same_path_is_made_once(db: Session) -> None:
    first = commands.ensure_path(db, SYSTEM, ["Home", "Lamps"])
    second = commands.ensure_path(db, SYSTEM, ["home ", "LAMPS"])

    assert (first.id, paths(db)) == (second.id, ["home", "home/lamps"])


def test_a_category_with_others_below_is_not_deleted(db: Session) -> None:
    home = make_category(db, "Home")
    make_category(db, "Lamps", parent=home)

    with pytest.raises(CategoryNotEmpty):
        commands.delete_category(db, SYSTEM, home)
    assert paths(db) == ["home", "home/lamps"]


def test_deleting_leaves_products_on_no_shelf(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    product = make_product(db, "Cap light", category_id=lamps.id)

    commands.delete_category(db, SYSTEM, lamps)

    assert db.get(Product, product.id).category_id is None
    assert listed(db, home) == []
    assert queries.find(db, "lamps").ids == []
    with pytest.raises(NotFound):
        queries.category_by_path(db, "home/lamps")
    assert faults(db) == []


def test_deleting_into_another_moves_products_and_address(db: Session) -> None:
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    lights = make_category(db, "Lights")
    commands.update_category(db, SYSTEM, lamps, slug="lampen")
    product = make_product(db, category_id=lamps.id)
    make_product(db, "Both", category_id=lamps.id, category_ids=[lamps.id, lights.id])

    commands.delete_category(db, SYSTEM, lamps, move_to=lights)

    assert db.get(Product, product.id).category_id == lights.id
    assert listed(db, lights) == ["Both", "Oak stool"]
    for former in ("home/lamps", "home/lampen"):
        with pytest.raises(Moved) as moved:
            queries.category_by_path(db, former)
        assert moved.value.to == "lights"
    assert faults(db) == []


def test_what_is_below_a_hidden_category_is_hidden(db: Session) -> None:
    home = make_category(db, "Home", is_visible=False)
    make_category(db, "Lamps", parent=home)

    assert queries.menu(db) == ()
    for path in ("home", "home/lamps"):
        with pytest.raises(NotFound):
            queries.category_by_path(db, path)


def test_the_page_of_a_category_is_one_statement(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    home = make_category(db, "Home")
    for name in ("Lamps", "Chairs"):
        make_category(db, name, parent=home)
    make_category(db, "Desk lamps", parent=db.exec(
        select(Category).where(Category.path == "home/lamps")).one())  # fmt: skip

    with statements.counted() as seen:
        page = queries.category_by_path(db, "home/lamps")
        assert len(seen) == 1
        queries.menu(db)
        assert len(seen) == 2

    assert ([one.name for one in page.ancestors], [one.name for one in page.children]) == (
        ["Home"],
        ["Desk lamps"],
    )


@pytest.mark.parametrize("path", ["", "/", "home//lamps", "%", "home/lamps/../x", "é" * 900])
def test_a_path_that_is_none_is_not_found(db: Session, path: str) -> None:
    make_category(db, "Home")

    with pytest.raises(NotFound):
        queries.category_by_path(db, path)
