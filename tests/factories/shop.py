"""A small shop with one of everything: what journeys walk through and sweeps sweep over."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw
from sqlmodel import Session, select

from tests.factories.catalogue import make_category, make_collection, make_product, variants_of
from tests.factories.downloads import make_file
from tests.factories.identities import make_provider
from tests.factories.orders import make_order, make_paid_order, make_shipped_order
from tests.factories.people import make_customer
from tests.factories.pricing import make_shipping_method, make_tax_rate
from webapp.accounts import commands as accounts
from webapp.accounts.models import AddressEntry
from webapp.accounts.passwords import hashed
from webapp.cart import goods
from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import OptionSave, ProductSave, VariantSave
from webapp.catalogue.models import AttributeType, Product, ProductStatus
from webapp.exchange.jobs import write_export
from webapp.exchange.shell import import_file
from webapp.identities.values import ProviderKind
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.main import open_shop
from webapp.media.commands import prepare, store_image
from webapp.runtime.storage import Storage
from webapp.settings import Settings
from webapp.shop import commands as shop_settings
from webapp.shop.queries import current
from webapp.webhooks import commands as webhooks

OWNER = "owner@example.com"
VIEWER = "viewer@example.com"
CUSTOMER = "grace@example.com"
PASSWORD = "three grey herons"

CSV = """Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
jam-spoon,Jam spoon,Title,Default Title,JAM-1,7.50,active
tea-strainer,Tea strainer,Title,Default Title,TEA-1,not a price,active
"""
"""A Shopify file with one good row and one that is refused."""

COLOURS = {"Cream": (238, 226, 200), "Moss": (96, 118, 84), "Ink": (44, 52, 70)}


@dataclass(frozen=True)
class Names:
    """What the small shop calls its things, for tests that ask for one by its address."""

    pot: str = "enamel-pot"
    board: str = "oak-board"
    mug: str = "tin-mug"
    booklet: str = "a-winter-of-soups"
    category: str = "kitchen/pots"
    collection: str = "for-the-table"


def fill(settings: Settings) -> None:
    """Make the shop in its folders, with every picture in all of its sizes."""
    with open_shop(settings) as shop:
        prepared = {
            name: prepare(picture(colour), shop.means.storage) for name, colour in COLOURS.items()
        }
        password = hashed(PASSWORD)
        with shop.database.writing() as session:
            _settings(session)
            for email, role in ((OWNER, "owner"), (VIEWER, "viewer")):
                one = accounts.add_staff(
                    session, SYSTEM, email=email, password_hash=password, role=role
                )
            accounts.invite(session, SYSTEM, one)
            accounts.make_key(session, SYSTEM, one, name="Warehouse", scopes={"orders:read"})
            pictures = {
                name: _id(store_image(session, SYSTEM, one).id) for name, one in prepared.items()
            }
        with shop.database.writing() as session:
            _people(session)
            _shelves(session, pictures)
            _endpoint(session)
            make_provider(
                session,
                "GitHub",
                kind=ProviderKind.github,
                issuer="http://127.0.0.1:9",
                for_staff=True,
            )
            _orders(session)
            _downloads(session, shop.means.storage)
        file = settings.data_dir / "spring.csv"
        file.write_text(CSV)
        import_file(shop.database, shop.means, file, quiet=True)
        with shop.database.writing() as writing:
            write_export.later(writing, dialect="vitrine")
        shop.runner.run_due()


def picture(colour: tuple[int, int, int], width: int = 1200, height: int = 900) -> bytes:
    """A pot on a table, more or less."""
    image = Image.new("RGB", (width, height), (244, 241, 235))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 3 // 4, width, height), fill=(222, 210, 194))
    draw.ellipse((width // 4, height // 4, width * 3 // 4, height * 7 // 8), fill=colour)
    into = io.BytesIO()
    image.save(into, "JPEG", quality=80)
    return into.getvalue()


def _settings(session: Session) -> None:
    shop_settings.change(
        session,
        SYSTEM,
        name="Lorrimore",
        tagline="Plain things for the kitchen",
        about="<p>We sell plain things.</p>",
        email="hello@example.com",
        phone="+49 30 123456",
        address="Torstraße 1\n10119 Berlin",
        hero_title="Plain things, made well",
        hero_text="For kitchens that are used every day.",
        terms="<h2>Terms</h2><p>Pay, and we send it.</p>",
        privacy="<p>We keep what an order needs.</p>",
        bank_details="IBAN DE02 1203 0000 0000 2020 51",
        is_set_up=True,
    )
    make_tax_rate(session)
    make_shipping_method(session, "Parcel", price=490, min_days=2, max_days=3)
    make_shipping_method(
        session, "Collect", price=0, is_pickup=True, pickup_text="Torstraße 1, all day"
    )


def _people(session: Session) -> None:
    """A customer of whom something is kept, and a role of the shop's own."""
    grace = make_customer(session, CUSTOMER, name="Grace Hopper")
    lives = {"street_address": "Torstraße 1", "postal_code": "10119", "city": "Berlin"}
    session.add(
        AddressEntry(
            person_id=_id(grace.id),
            country="DE",
            name="Grace Hopper",
            **lives,
            is_delivery=True,
            is_invoice=True,
        )
    )
    trade = accounts.add_group(session, SYSTEM, "Trade")
    accounts.group_customer(session, SYSTEM, grace, [trade.public_id])
    accounts.tag_customer(session, SYSTEM, grace, ["vip"])
    accounts.note_customer(session, SYSTEM, grace, "Rings before noon.")
    accounts.make_role(session, SYSTEM, name="Host", permissions={"staff:write"})
    session.commit()


def _shelves(session: Session, pictures: dict[str, int]) -> None:
    kitchen = make_category(session, "Kitchen", description="<p>For the stove.</p>")
    pots = make_category(session, "Pots", parent_id=kitchen.id)
    make_category(session, "Empty shelf")
    catalogue.create_attribute(
        session, SYSTEM, code="material", name="Material", type=AttributeType.text, is_filter=True
    )
    pot = _pot(session, pots.id, pictures)
    board = make_product(
        session,
        "Oak board",
        price=3450,
        category_id=kitchen.id,
        brand="Harrow & Dale",
        summary="Oiled oak, thick enough to last.",
        attributes={"material": "Oak"},
    )
    catalogue.attach_image(session, SYSTEM, board, pictures["Cream"], alt="An oak board")
    make_product(session, "Tin mug", price=1200, on_hand=0, category_id=kitchen.id)
    make_product(
        session,
        "A winter of soups",
        category_id=kitchen.id,
        on_hand=0,
        variants=[
            VariantSave(fields={"price_minor": 900, "is_digital": True, "requires_shipping": False})
        ],
    )
    make_product(session, "Not ready yet", status=ProductStatus.draft)
    for number in range(1, 28):
        make_product(session, f"Spoon no. {number}", price=400 + number, category_id=kitchen.id)
    make_collection(session, "For the table", products=[pot, board], is_featured=True)
    catalogue.relate(session, SYSTEM, pot, [_id(board.id)])
    session.commit()


def _pot(session: Session, category: int | None, pictures: dict[str, int]) -> Product:
    sizes = {"2 litres": 4900, "4 litres": 6900}
    saved = catalogue.save_product(
        session,
        SYSTEM,
        ProductSave(
            fields={
                "title": "Enamel pot",
                "status": ProductStatus.active,
                "category_id": category,
                "brand": "Harrow & Dale",
                "summary": "Enamel on steel, for every stove.",
                "body": "<p>Heavy enough to stand, light enough to lift.</p><ul><li>Oven</li></ul>",
                "tags": ["Enamel", "Gift"],
                "attributes": {"material": "Steel"},
                "is_featured": True,
            },
            options=[
                OptionSave(name="Colour", values=list(COLOURS), swatches={"Moss": "#607654"}),
                OptionSave(name="Size", values=list(sizes)),
            ],
            variants=[
                VariantSave(
                    values={"Colour": colour, "Size": size},
                    fields={
                        "sku": f"POT-{colour}-{size[0]}",
                        "price_minor": price,
                        "compare_at_minor": 7900 if size == "4 litres" else None,
                        "weight_g": 1800,
                    },
                )
                for colour in COLOURS
                for size, price in sizes.items()
            ],
        ),
    )
    for colour, file_id in pictures.items():
        mine = [
            _id(variant.id)
            for variant in saved.variants
            if (variant.sku or "").startswith(f"POT-{colour}")
        ]
        catalogue.attach_image(
            session,
            SYSTEM,
            saved.product,
            file_id,
            alt=f"The pot in {colour.lower()}",
            variant_ids=mine,
        )
        for variant in mine:
            # Ink is made in one size only, so that a choice can lead to nothing.
            if not (colour == "Ink" and variant == mine[-1]):
                inventory.receive(session, SYSTEM, variant, 10)
    session.commit()
    return saved.product


def _orders(session: Session) -> None:
    found = session.get(Product, 2)
    assert found is not None
    board = goods.by_public_id(session, variants_of(session, found)[0].public_id)
    assert board is not None
    terms = current(session).terms_version
    make_order(session, board, note="Please ring twice.", terms_version=terms)
    make_paid_order(session, board, terms_version=terms)
    make_shipped_order(session, board, terms_version=terms)


def _downloads(session: Session, storage: Storage) -> None:
    """The booklet has a file, and somebody with an account has bought it."""
    found = session.exec(select(Product).where(Product.title == "A winter of soups")).one()
    booklet = goods.by_public_id(session, variants_of(session, found)[0].public_id)
    assert booklet is not None
    make_file(session, booklet, "The booklet", storage=storage, file_name="soups.pdf")


def _endpoint(session: Session) -> None:
    """Somebody who is told, and to whom nothing gets through: there is nobody at that address."""
    endpoint = webhooks.add(
        session,
        SYSTEM,
        url="http://127.0.0.1:9/hook",
        description="Warehouse",
        types=["order.placed", "stock.low"],
    )
    webhooks.test(session, SYSTEM, endpoint)
    session.commit()


def _id(number: int | None) -> int:
    assert number is not None
    return number
