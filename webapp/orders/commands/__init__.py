"""The verbs of an order: place, mark paid, fulfil, cancel, note, write, open."""

from webapp.orders.commands.attaching import attach_orders, take_over_orders
from webapp.orders.commands.cancelling import cancel
from webapp.orders.commands.forgetting import forget_buyer, forget_due
from webapp.orders.commands.fulfilling import fulfil, hand_over, mark_delivered
from webapp.orders.commands.noting import add_note
from webapp.orders.commands.opening import ask_for_link, is_fresh, open_once
from webapp.orders.commands.paying import count_money, mark_paid, record_refund
from webapp.orders.commands.placing import Placement, look, place, purchase_of
from webapp.orders.commands.writing import Message, Sending, write_to_customers

__all__ = [
    "Message",
    "Placement",
    "Sending",
    "add_note",
    "ask_for_link",
    "attach_orders",
    "cancel",
    "count_money",
    "forget_buyer",
    "forget_due",
    "fulfil",
    "hand_over",
    "is_fresh",
    "look",
    "mark_delivered",
    "mark_paid",
    "open_once",
    "place",
    "purchase_of",
    "record_refund",
    "take_over_orders",
    "write_to_customers",
]
