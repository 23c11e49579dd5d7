"""The part of a product page that changes with the choice: picker, price, stock, quantity."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.catalogue.values import Picker, PickerOption, Picture, ProductPage, VariantView
from webapp.inventory.queries import Availability, Hint, HintKind, hint
from webapp.kit.values import Value

LARGEST_QUANTITY = 9999

MOST_CHIPS = 12
"""Values of one axis that stand side by side; more become a list to open."""

MOST_PICTURES = 12
"""Pictures of a product that its page carries; the chosen variant's is always among them."""


class Choice(Value):
    """One thing to pick. ``lack`` says why it cannot be had, and is empty where it can."""

    id: int
    label: str
    swatch: str
    is_chosen: bool
    lack: str


class Axis(Value):
    name: str
    """In the form and in the address."""
    label: str
    chosen: str
    values: tuple[Choice, ...]

    @property
    def is_long(self) -> bool:
        return len(self.values) > MOST_CHIPS


class Purchase(Value):
    """What can be bought with the choices made. Without a ``variant``: nothing yet."""

    axes: tuple[Axis, ...]
    variant: VariantView | None
    hint: Hint | None
    least: int
    most: int
    picture: Picture | None

    @property
    def choices(self) -> list[tuple[Axis, Choice]]:
        """What is chosen on each axis where something is."""
        return [(axis, value) for axis in self.axes for value in axis.values if value.is_chosen]

    @property
    def is_complete(self) -> bool:
        """Whether something is chosen on every axis."""
        return len(self.choices) == len(self.axes)

    @property
    def can_be_bought(self) -> bool:
        return (
            self.variant is not None
            and self.hint is not None
            and self.hint.kind is not HintKind.sold_out
        )


def chosen_values(
    page: ProductPage, pairs: Iterable[tuple[str, str]], variant: str | None = None
) -> tuple[int, ...]:
    """The option values that an address asks for: ``option-7=42``, or a variant's public id.

    Without any, those of the first variant that can be bought, so that the page shows a price, a
    picture and a stock that belong together.
    """
    known = {str(value.id): value.id for axis in page.options for value in axis.values}
    made = [known[value] for name, value in pairs if name.startswith("option-") and value in known]
    if made:
        return tuple(made)
    asked = next((one for one in page.variants if one.public_id == variant), None)
    first = next((one for one in page.variants if one.is_available), None)
    start = asked or first or next(iter(page.variants), None)
    return tuple(start.values.values()) if start else ()


def purchase(page: ProductPage, made: Picker, stock: Availability | None, below: int) -> Purchase:
    """Put the picker's state and the stock of its variant together."""
    told = hint(stock, show_below=below) if stock else None
    least = max(page.minimum_quantity, 1)
    most = min(page.maximum_quantity or LARGEST_QUANTITY, LARGEST_QUANTITY)
    if stock is not None and stock.most is not None:
        most = min(most, stock.most)
    if told is not None and most < least:
        told = Hint(HintKind.sold_out)
    return Purchase(
        axes=tuple(_axis(option) for option in made.options),
        variant=made.variant,
        hint=told,
        least=least,
        most=max(most, least),
        picture=_picture(page, made),
    )


def gallery(page: ProductPage, first: Picture | None) -> tuple[Picture, ...]:
    """The pictures to show, ``first`` in front."""
    shown = page.pictures[:MOST_PICTURES]
    if first is None:
        return shown
    return (first, *(one for one in shown if one.id != first.id))


def is_far(page: ProductPage, picture: Picture | None) -> bool:
    """Whether a page that was opened without a choice does not have this picture."""
    if picture is None:
        return False
    return picture.id not in {one.id for one in page.pictures[:MOST_PICTURES]}


def _axis(option: PickerOption) -> Axis:
    values = tuple(
        Choice(
            id=value.id,
            label=value.value,
            swatch=value.swatch,
            is_chosen=value.is_chosen,
            lack="" if value.is_available else "sold out" if value.exists else "not made",
        )
        for value in option.values
    )
    chosen = next((value.label for value in values if value.is_chosen), "")
    return Axis(f"option-{option.id}", option.name, chosen, values)


def _picture(page: ProductPage, made: Picker) -> Picture | None:
    """The chosen variant's own picture, if it has one."""
    if made.variant is None:
        return None
    return next((one for one in page.pictures if one.id == made.variant.image_id), None)
