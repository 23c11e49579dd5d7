"""The verbs of a cart: fill it, remember what was typed, put two together, close it."""

from webapp.cart.commands.filling import (
    LONGEST_NOTE,
    MOST_LINES,
    accept_prices,
    add,
    convert,
    hold,
    keep,
    remove,
    save_for_later,
    set_note,
    set_quantity,
    start,
)
from webapp.cart.commands.forgetting import forget_person
from webapp.cart.commands.merging import Merged, Policy, merge, take_over_carts

__all__ = [
    "LONGEST_NOTE",
    "MOST_LINES",
    "Merged",
    "Policy",
    "accept_prices",
    "add",
    "convert",
    "forget_person",
    "hold",
    "keep",
    "merge",
    "remove",
    "save_for_later",
    "set_note",
    "set_quantity",
    "start",
    "take_over_carts",
]
