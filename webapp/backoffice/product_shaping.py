"""What the editor's smaller buttons do to the form before it is saved: rows come, go and move."""

from itertools import product as combinations
from typing import Any

from webapp.backoffice.product_forms import MOST_NEW_VARIANTS, ProductForm
from webapp.backoffice.product_reading import Stored
from webapp.backoffice.product_saving import values_of
from webapp.backoffice.rows import Rows
from webapp.web.submissions import Submission

# What a new version takes over from the one that is there: its own are number, barcode and stock.
_TAKEN_OVER = (
    "price",
    "compare_at",
    "cost",
    "weight",
    "length",
    "width",
    "height",
    "unit_amount",
    "unit",
    "unit_base_amount",
    "unit_base",
    "requires_shipping",
    "is_digital",
    "is_tracked",
    "policy",
    "low_threshold",
    "safety",
)


def shape(form: Submission[ProductForm], do: str, held: Stored) -> str:
    """Do what the button called ``do`` says; gives the id of the input to go on with.

    Unknown buttons change nothing. What is wrong with the fields is not said yet.
    """
    form.errors.clear()
    verb, _, tail = do.rpartition("-")
    number = int(tail) if tail.isdecimal() and len(tail) <= 4 else -1
    if do == "add-option":
        row = Rows(form, "options").add({"name": "", "values": ""})
        return f"options-{row}-name"
    if do == "add-variant":
        return _add_variant(form)
    if do == "combine":
        return _combine(form, held)
    if verb == "drop-option":
        Rows(form, "options").remove(number)
        return "add-option"
    if verb == "drop-variant":
        Rows(form, "variants").remove(number)
        return "add-variant"
    if verb == "drop-picture":
        Rows(form, "pictures").remove(number)
        return "uploads"
    if verb in {"picture-up", "picture-down"}:
        by = -1 if verb == "picture-up" else 1
        Rows(form, "pictures").move(number, by)
        return f"{verb}-{number + by}"
    return ""


def axes_of(form: Submission[Any]) -> list[tuple[int, str, list[str]]]:
    """Row, name and values of every option in the form that has a name."""
    rows = Rows(form, "options")
    return [
        (number, rows.value(number, "name"), values_of(rows.value(number, "values"))[0])
        for number in rows.numbers()
        if rows.value(number, "name")
    ]


def _add_variant(form: Submission[ProductForm]) -> str:
    rows = Rows(form, "variants")
    row = rows.add(_template(rows))
    axes = axes_of(form)
    return f"variants-{row}-choice-{axes[0][0]}" if axes else f"variants-{row}-price"


def _combine(form: Submission[ProductForm], held: Stored) -> str:
    """A row for every combination of values that has none yet."""
    axes = [axis for axis in axes_of(form) if axis[2]]
    if not axes:
        form.refuse("options", "Name an option and give it values first, like Size: S, M, L.")
        return "options"
    rows = Rows(form, "variants")
    taken = _taken_elsewhere(form, held, axes)
    open_rows = []
    for number in rows.numbers():
        made = _choices(rows, number, axes)
        if all(made):
            taken.add(made)
        else:
            open_rows.append((number, made))
    size = 1
    for _, _, values in axes:
        size *= len(values)
    if size - len(taken) > MOST_NEW_VARIANTS:
        form.refuse(
            "options",
            f"That makes {size:,} versions. Add at most {MOST_NEW_VARIANTS} at once: begin with "
            "fewer values, save, and add the rest.",
        )
        return "options"
    template = _template(rows)
    first = ""
    for combined in combinations(*(values for _, _, values in axes)):
        key = tuple(value.casefold() for value in combined)
        if key in taken:
            continue
        taken.add(key)
        fitting = next(
            (
                (number, made)
                for number, made in open_rows
                if all(not mine or mine == its for mine, its in zip(made, key, strict=True))
            ),
            None,
        )
        if fitting is not None:
            open_rows.remove(fitting)
            number = fitting[0]
        else:
            number = rows.add(template)
        for (place, _, _), value in zip(axes, combined, strict=True):
            rows.put(number, f"choice-{place}", value)
        first = first or f"variants-{number}-sku"
    return first or "combine"


def _choices(rows: Rows, number: int, axes: list[tuple[int, str, list[str]]]) -> tuple[str, ...]:
    return tuple(rows.value(number, f"choice-{place}").casefold() for place, _, _ in axes)


def _taken_elsewhere(
    form: Submission[ProductForm], held: Stored, axes: list[tuple[int, str, list[str]]]
) -> set[tuple[str, ...]]:
    """Combinations of the variants that other pages of the editor show."""
    rows = Rows(form, "variants")
    shown = {rows.value(number, "id") for number in rows.numbers()}
    taken = set()
    for variant in held.variants:
        if variant.public_id in shown:
            continue
        chosen = held.chosen(variant)
        taken.add(
            tuple(chosen[place].casefold() if place < len(chosen) else "" for place, _, _ in axes)
        )
    return taken


def _template(rows: Rows) -> dict[str, str]:
    """What a new row begins with: the first row's, without what is its own."""
    numbers = rows.numbers()
    if not numbers:
        return {"requires_shipping": "on", "is_tracked": "on", "policy": "deny"}
    first = {field: rows.value(numbers[0], field) for field in _TAKEN_OVER}
    return {field: value for field, value in first.items() if value} or {"policy": "deny"}
