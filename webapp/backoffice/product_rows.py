"""What stands beside the inputs of a variant or a picture in the editor."""

from decimal import Decimal

from sqlmodel import Session

from webapp.backoffice.product_forms import ProductForm
from webapp.backoffice.product_reading import Stored, pictures_of
from webapp.backoffice.product_shaping import axes_of
from webapp.backoffice.rows import Rows
from webapp.catalogue.models import Variant
from webapp.inventory.queries import Stock, stock_of
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.media.queries import Image
from webapp.shop.queries import Shop
from webapp.web.submissions import Submission
from webapp.web.templates import locale_of


class VariantRow(Value):
    """A variant's row: its number in the form and what is known of it."""

    number: int
    title: str
    """Its choices, as they are typed at this moment."""
    choices: tuple[tuple[int, str, str, list[str]], ...]
    """Row of the option, its name, the choice, and all values of the option."""
    variant: Variant | None
    stock: Stock | None
    image: Image | None
    margin: str
    has_error: bool
    is_removed: bool


class PictureRow(Value):
    number: int
    file: str
    image: Image | None


def variant_rows(
    session: Session, form: Submission[ProductForm], held: Stored, shop: Shop
) -> list[VariantRow]:
    """A row for each variant in the form."""
    rows = Rows(form, "variants")
    numbers = rows.numbers()
    known = {variant.public_id: variant for variant in (*held.variants, *held.archived)}
    variants = {number: known.get(rows.value(number, "id")) for number in numbers}
    stock = stock_of(session, [one.id or 0 for one in variants.values() if one is not None])
    images = pictures_of(session, [rows.value(number, "picture") for number in numbers])
    axes = axes_of(form)
    found = []
    for number in numbers:
        variant = variants[number]
        choices = tuple(
            (place, name, rows.value(number, f"choice-{place}"), values)
            for place, name, values in axes
        )
        start = f"variants-{number}"
        found.append(
            VariantRow(
                number=number,
                title=" / ".join(choice for _, _, choice, _ in choices if choice),
                choices=choices,
                variant=variant,
                stock=stock.get(variant.id or 0) if variant else None,
                image=images.get(rows.value(number, "picture")),
                margin=_margin(rows.value(number, "price"), rows.value(number, "cost"), shop),
                has_error=any(
                    name == start or name.startswith(f"{start}-") for name in form.errors
                ),
                is_removed=bool(rows.value(number, "remove")),
            )
        )
    return found


def picture_rows(session: Session, form: Submission[ProductForm]) -> list[PictureRow]:
    """The pictures in the order of the form; one that is gone from the library is left out."""
    rows = Rows(form, "pictures")
    images = pictures_of(session, [rows.value(number, "file") for number in rows.numbers()])
    return [
        PictureRow(number, file, images[file])
        for number in rows.numbers()
        if (file := rows.value(number, "file")) in images
    ]


def _margin(price: str, cost: str, shop: Shop) -> str:
    """What is left of a price, as ``62 %``; nothing where either is missing or is no amount."""
    comma = locale_of(shop.locale).number_symbols["latn"]["decimal"] == ","
    try:
        asked = Money.parse_local(price, shop.currency, comma)
        paid = Money.parse_local(cost, shop.currency, comma)
    except Invalid:
        return ""
    if asked.minor <= 0:
        return ""
    share = Decimal(asked.minor - paid.minor) * 100 / asked.minor
    return f"{share.quantize(Decimal(1))} %"
