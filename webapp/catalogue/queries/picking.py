"""The variant picker: what can still be chosen, as a plain form needs it after each choice."""

from collections.abc import Sequence

from webapp.catalogue.values import Picker, PickerOption, PickerValue, ProductPage


def picker(page: ProductPage, chosen: Sequence[int] = ()) -> Picker:
    """What to offer once these option values (by id) are chosen. Unknown ids are ignored.

    A value ``exists`` when some variant has it beside the choices on the other axes, and
    ``is_available`` when such a variant can be bought. Without choices nothing is preselected,
    except that an axis with a single value is.
    """
    axis_of = {value.id: option.id for option in page.options for value in option.values}
    made = {axis_of[value]: value for value in chosen if value in axis_of}
    for option in page.options:
        if len(option.values) == 1:
            made.setdefault(option.id, option.values[0].id)
    offered = []
    for option in page.options:
        others = {axis: value for axis, value in made.items() if axis != option.id}
        beside = [
            variant
            for variant in page.variants
            if all(variant.values.get(axis) == value for axis, value in others.items())
        ]
        existing = {variant.values.get(option.id) for variant in beside}
        available = {variant.values.get(option.id) for variant in beside if variant.is_available}
        offered.append(
            PickerOption(
                option.id,
                option.name,
                tuple(
                    PickerValue(
                        id=value.id,
                        value=value.value,
                        swatch=value.swatch,
                        is_chosen=made.get(option.id) == value.id,
                        exists=value.id in existing,
                        is_available=value.id in available,
                    )
                    for value in option.values
                ),
            )
        )
    complete = len(made) == len(page.options)
    variant = next((one for one in page.variants if dict(one.values) == made), None)
    return Picker(variant if complete else None, tuple(offered))
