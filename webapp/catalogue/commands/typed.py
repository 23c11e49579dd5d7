"""Attribute values: text that has to mean something for the attribute's type."""

from datetime import date
from decimal import Decimal, InvalidOperation, Overflow

from webapp.catalogue.models import Attribute, AttributeType
from webapp.kit.errors import Invalid
from webapp.kit.values import Value
from webapp.runtime import markup

_YES = {"true", "yes", "1", "y", "on"}
_NO = {"false", "no", "0", "n", "off"}
_LARGEST_MILLIS = 2**31 - 1
_LONGEST = 2000


class TypedValue(Value):
    """The columns of a ``ProductAttribute``."""

    text: str
    number_millis: int | None = None
    on: date | None = None


def typed_value(attribute: Attribute, text: str) -> TypedValue:
    """Read ``text`` as the attribute's type; a number has a point and at most three decimals.

    Refuses what is not of the type, naming the field ``attributes.<code>``.
    """
    bare = markup.plain_text(text)
    field = f"attributes.{attribute.code}"
    if len(bare) > _LONGEST:
        raise Invalid(f"Use at most {_LONGEST} characters.", field=field)
    match attribute.type:
        case AttributeType.number:
            return _number(attribute, bare, field)
        case AttributeType.boolean:
            word = bare.casefold()
            if word not in _YES | _NO:
                raise Invalid(f"{attribute.name} is either yes or no.", field=field)
            return TypedValue("true" if word in _YES else "false")
        case AttributeType.date:
            try:
                day = date.fromisoformat(bare)
            except ValueError as bad:
                raise Invalid(f"{attribute.name} is a date like 2026-03-31.", field=field) from bad
            return TypedValue(day.isoformat(), on=day)
        case AttributeType.choice:
            for choice in attribute.choices:
                if choice.casefold() == bare.casefold():
                    return TypedValue(choice)
            raise Invalid(
                f"{attribute.name} is one of: {', '.join(attribute.choices)}.", field=field
            )
    return TypedValue(bare)


def _number(attribute: Attribute, text: str, field: str) -> TypedValue:
    try:
        number = Decimal(text)
        millis = number * 1000
    except Overflow:
        raise Invalid(f"{attribute.name} is larger than we can handle.", field=field) from None
    except InvalidOperation as bad:
        raise Invalid(f"{attribute.name} is a number like 12.5.", field=field) from bad
    if not number.is_finite() or abs(millis) > _LARGEST_MILLIS:
        raise Invalid(f"{attribute.name} is larger than we can handle.", field=field)
    if millis != millis.to_integral_value():
        raise Invalid(f"{attribute.name} has at most three decimals.", field=field)
    return TypedValue(f"{number.normalize():f}", number_millis=int(millis))
