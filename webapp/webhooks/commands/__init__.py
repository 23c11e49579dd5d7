"""Verbs of webhooks: announce and number what happened, keep endpoints, record tries."""

from webapp.webhooks.commands.announcing import announce, number
from webapp.webhooks.commands.asking import replay, resend, test, try_now
from webapp.webhooks.commands.endpoints import add, change, pause, remove, rotate, switch_on
from webapp.webhooks.commands.forgetting import forget
from webapp.webhooks.commands.recording import record
from webapp.webhooks.commands.watching import sweep, watch

__all__ = [
    "add",
    "announce",
    "change",
    "forget",
    "number",
    "pause",
    "record",
    "remove",
    "replay",
    "resend",
    "rotate",
    "sweep",
    "switch_on",
    "test",
    "try_now",
    "watch",
]
