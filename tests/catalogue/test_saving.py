"""Many products at once: refusals stay alone, statements stay few, a dry run tells the truth."""

from typing import Any

from sqlmodel import Session, func, select

from tests.factories.catalogue import make_product, variants_of
from webapp.catalogue import commands, queries
from webapp.catalogue.audit import CHECKS
from webapp.catalogue.drafts import Planned, ProductSave, Saved, VariantSave
from webapp.catalogue.errors import SkuTaken, SlugTaken, VariantIncomplete
from webapp.catalogue.models import ExternalId, Product, Variant
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid, NotFound, ShopError
from webapp.runtime.chains import verify_all_chains
from webapp.runtime.events import EventRecord


def saves(count: int, **fields: Any) -> list[ProductSave]:
    return [
        ProductSave(
            fields={
                "title": f"Stool {number}",
                "status": "active",  # type: ignore[typeddict-item]
                "brand": f"Brand {number % 3}",
                "tags": ["oak", f"tag {number % 5}"],
                **fields,  # type: ignore[typeddict-item]
            },
            variants=[VariantSave(fields={"sku": f"S-{number}", "price_minor": 100 + number})],
        )
        for number in range(count)
    ]


def states(outcomes: list[Saved | ShopError]) -> list[str]:
    return [
        type(one).__name__ if isinstance(one, ShopError) else str(one.state) for one in outcomes
    ]


def test_a_hundred_products_take_as_many_statements_as_ten(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    with statements.counted() as seen:
        commands.save_products(db, SYSTEM, saves(10, body="<p>Ten</p>"))
        few = len(seen)
    db.commit()
    with statements.counted() as seen:
        later = [
            ProductSave(fields={**one.fields, "title": f"Bench {number}"})
            for number, one in enumerate(saves(100))
        ]
        commands.save_products(db, SYSTEM, later)
        many = len(seen)

    assert (few < 45, many <= few) == (True, True)
    assert db.exec(select(func.count()).select_from(Product)).one() == 110
    assert [fault for check in CHECKS.values() for fault in check(db)] == []
    assert list(verify_all_chains(db)) == []


def test_the_same_again_changes_nothing(db: Session) -> None:
    first = commands.save_products(db, SYSTEM, saves(5))
    events = db.exec(select(func.count()).select_from(EventRecord)).one()
    again = [
        ProductSave(
            id=one.product.id,
            fields=save.fields,
            variants=[VariantSave(id=one.variants[0].id, fields=save.variants[0].fields)],
        )
        for one, save in zip(first, saves(5), strict=True)
        if isinstance(one, Saved)
    ]

    second = commands.save_products(db, SYSTEM, again)

    assert (states(first), states(second)) == (["created"] * 5, ["unchanged"] * 5)
    assert db.exec(select(func.count()).select_from(EventRecord)).one() == events


def test_a_refused_product_leaves_the_others_alone(db: Session) -> None:
    taken = make_product(db, "Taken", variants=[VariantSave(fields={"sku": "T-1"})])
    wanted = [
        ProductSave(fields={"title": "Good"}),
        ProductSave(fields={"title": ""}),
        ProductSave(fields={"title": "Twin"}, variants=[VariantSave(fields={"sku": "T-1"})]),
        ProductSave(fields={"title": "Copy", "slug": taken.slug}),
        ProductSave(id=999_999, fields={"title": "Nobody"}),
        ProductSave(
            fields={"title": "Half"},
            variants=[
                VariantSave(values={"Size": "S", "Colour": "Red"}),
                VariantSave(values={"Size": "M"}),
            ],
        ),
        ProductSave(fields={"title": "First"}, variants=[VariantSave(fields={"sku": "B-1"})]),
        ProductSave(fields={"title": "Second"}, variants=[VariantSave(fields={"sku": "B-1"})]),
        ProductSave(id=taken.id, fields={"title": "Retitled", "minimum_quantity": 0}),
    ]

    planned = commands.plan_products(db, wanted)
    outcomes = commands.save_products(db, SYSTEM, wanted)

    kinds = [type(one) for one in outcomes]
    assert kinds == [
        Saved, Invalid, SkuTaken, SlugTaken, NotFound, VariantIncomplete, Saved, SkuTaken, Invalid,
    ]  # fmt: skip
    assert [type(one) is Planned for one in planned] == [one is Saved for one in kinds]
    assert outcomes[7].facts["title"] == "First"  # type: ignore[union-attr]
    db.commit()
    titles = db.exec(select(Product.title).order_by(Product.id)).all()
    assert titles == ["Taken", "Good", "First"]


def test_a_dry_run_tells_what_the_run_then_does(db: Session) -> None:
    product = make_product(db, brand="Oddny", tags=["oak"], sizes=["S"], price=500)
    small = variants_of(db, product)[0]
    save = ProductSave(
        id=product.id,
        fields={"title": "Ash stool", "brand": "Other", "tags": ["ash", "oak"], "summary": ""},
        variants=[
            VariantSave(id=small.id, fields={"price_minor": 700, "sku": "X"}),
            VariantSave(values={"Size": "M"}, fields={"price_minor": 800}),
        ],
    )
    before = db.exec(select(func.count()).select_from(EventRecord)).one()

    (planned,) = commands.plan_products(db, [save])
    assert isinstance(planned, Planned)
    assert planned.state == "changed"
    assert planned.changed == {
        "title": ["Oak stool", "Ash stool"],
        "brand": ["Oddny", "Other"],
        "tags": [["oak"], ["ash", "oak"]],
        "options": [[["Size", [["S", ""]]]], [["Size", [["S", ""], ["M", ""]]]]],
    }
    assert planned.variant_states == ("changed", "created")
    assert planned.variant_changes[0] == {"price_minor": [500, 700], "sku": [None, "X"]}
    assert db.exec(select(func.count()).select_from(EventRecord)).one() == before

    done = commands.save_product(db, SYSTEM, save)
    assert (done.state, done.changed) == (planned.state, planned.changed)
    assert done.variant_changes == planned.variant_changes
    assert [variant.title for variant in done.variants] == ["S", "M"]


def test_products_of_one_title_are_numbered_within_a_batch(db: Session) -> None:
    make_product(db, "Stool", slug="stool-2")
    outcomes = commands.save_products(
        db, SYSTEM, [ProductSave(fields={"title": "Stool"}) for _ in range(3)]
    )

    slugs = [one.product.slug for one in outcomes if isinstance(one, Saved)]
    assert slugs == ["stool", "stool-3", "stool-4"]


def test_titles_in_any_script_get_an_address(db: Session) -> None:
    outcomes = commands.save_products(
        db,
        SYSTEM,
        [ProductSave(fields={"title": title}) for title in ("木の椅子", "椅子", "Стул", "🪑")],
    )

    slugs = [one.product.slug for one in outcomes if isinstance(one, Saved)]
    assert slugs == ["item", "item-2", "stul", "item-3"]


def test_foreign_ids_are_remembered(db: Session) -> None:
    save = ProductSave(
        fields={"title": "Stool"},
        external=("woo", "17"),
        variants=[VariantSave(external=("woo", "18"))],
    )
    done = commands.save_product(db, SYSTEM, save)
    commands.save_product(
        db, SYSTEM, ProductSave(id=done.product.id, fields={}, external=("woo", "17"))
    )

    rows = db.exec(select(ExternalId).order_by(ExternalId.external_id)).all()
    assert [(row.kind, row.external_id, row.target_id) for row in rows] == [
        ("product", "17", done.product.id),
        ("variant", "18", done.variants[0].id),
    ]


def test_variants_that_are_not_named_stay(db: Session) -> None:
    product = make_product(db, sizes=["S", "M", "L"])

    commands.save_product(
        db,
        SYSTEM,
        ProductSave(
            id=product.id,
            fields={},
            variants=[VariantSave(values={"Size": "m"}, fields={"price_minor": 1})],
        ),
    )

    assert [(one.title, one.price_minor) for one in variants_of(db, product)] == [
        ("S", 1999),
        ("M", 1),
        ("L", 1999),
    ]


def test_a_simple_product_of_an_import_can_grow_options(db: Session) -> None:
    product = make_product(db)
    (only,) = variants_of(db, product)
    from webapp.catalogue.drafts import OptionSave

    done = commands.save_product(
        db,
        SYSTEM,
        ProductSave(
            id=product.id,
            fields={},
            options=[OptionSave(name="Size")],
            variants=[VariantSave(values={"Size": "S"}), VariantSave(values={"Size": "M"})],
        ),
    )

    assert [one.title for one in done.variants] == ["S", "M"]
    assert done.variants[0].id == only.id


def test_a_long_cell_is_refused_and_not_cut(db: Session) -> None:
    (outcome,) = commands.save_products(
        db, SYSTEM, [ProductSave(fields={"title": "Stool", "body": "x " * 500_000})]
    )

    assert isinstance(outcome, Invalid)
    assert outcome.facts["field"] == "body"
    assert db.exec(select(Variant)).all() == []
    assert queries.find(db, "x").ids == []
