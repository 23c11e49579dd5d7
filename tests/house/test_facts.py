"""Whoever changes something says so: every command that writes states a fact, itself or by what
it calls."""

import ast
import importlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

from tests.house.test_source import SHOP

SILENT = {
    "accounts.begin_authenticator": "a secret that counts for nothing until a code confirms it",
    "accounts.confirm": "a browser's token is replaced; what is done with it states itself",
    "accounts.forget_consents": "customer.erased says it",
    "accounts.forget_ended": "sign-ins that are over already",
    "accounts.forget_failures": "counts of long ago",
    "accounts.forget_old_grants": "as accounts.forget_ended, of programs",
    "accounts.forget_old_links": "links that open nothing already",
    "accounts.forget_old_exports": "copies whose week is over",
    "accounts.note_export_job": "who works on the copy that was asked for",
    "accounts.note_key_use": "when a key was last used is a note on the key, minute by minute",
    "accounts.note_seen": "as accounts.note_key_use, of a browser",
    "accounts.passkey_handle": "what devices know somebody by; passkey.added says there is one",
    "accounts.spend_link": "what the link is for states itself",
    "cart.accept_prices": "a shopper has read something; the cart itself is as it was",
    "cart.add": "a cart is a shopper's notepad: nothing is promised, sold or owed until the order",
    "cart.convert": "order.placed says it",
    "cart.forget_person": "customer.erased says it",
    "cart.keep": "what was typed so far, forgotten when the order is placed",
    "cart.remove": "as cart.add",
    "cart.save_for_later": "as cart.add",
    "cart.set_note": "as cart.keep",
    "cart.set_quantity": "as cart.add",
    "cart.start": "as cart.add",
    "catalogue.rebuild": "derived rows, made anew from what there is",
    "catalogue.refresh": "derived rows; the command that asks for it states what changed",
    "catalogue.refresh_columns": "as catalogue.refresh",
    "exchange.forget_befores": "what was before an import that nobody can take back any more",
    "identities.forget_spent": "trips that are over already",
    "identities.note_success": "what was wrong is over: the beginning was stated",
    "identities.use_up": "the mark on a trip; how it ends states itself",
    "inventory.ensure_item": "counters at zero; variant by variant, before anything is counted",
    "notices.choose": "how somebody wants to be told is their own affair",
    "notices.forget": "forgets old notices; the facts stay",
    "notices.note_told": "how far somebody's daily mail has come",
    "notices.take_due": "the mail about a notice is being written, and has its own life line",
    "orders.open_once": "somebody looks at what is theirs; a used link is marked",
    "payments.begin": "order.placed says what is asked, and how it is to be paid",
    "tasks.forget_requests": "keys of requests that were answered a day ago",
    "tasks.start": "the job is the record of it, and states how it ends",
    "webhooks.announce": "the message of facts that are being stated",
    "webhooks.forget": "messages lose what a fact says is forgotten",
    "webhooks.number": "the place of a message among others",
    "webhooks.sweep": "forgets old messages; the facts stay",
    "shop.row": "the settings as they are before anybody decided anything",
}
"""Commands that write and state nothing, each with the reason."""

WRITES = {"add", "add_all", "delete", "flush", "merge"}
STATEMENTS = {"insert", "update", "delete"}


@dataclass(frozen=True)
class Does:
    """What a function does itself, and which functions of the shop it calls."""

    writes: bool
    states: bool
    calls: frozenset[FunctionType] = field(default_factory=frozenset)


def test_every_command_that_writes_states_a_fact():
    silent = {
        name
        for name, command in commands()
        if does(command, "writes") and not does(command, "states")
    }

    assert silent - SILENT.keys() == set()


def test_the_list_of_silent_commands_is_true():
    names = {
        name
        for name, command in commands()
        if does(command, "writes") and not does(command, "states")
    }

    assert SILENT.keys() - names == set()


def test_the_eye_sees_what_is_stated_further_down():
    """It is not all allowed because nothing is understood."""
    found = dict(commands())

    assert len(found) > 70
    assert does(found["orders.mark_paid"], "states")  # in payments
    assert does(found["catalogue.publish"], "states")  # in catalogue.commands.telling
    assert does(found["inventory.adjust"], "states")  # in inventory.moving
    assert does(found["cart.add"], "writes")
    assert not does(found["catalogue.category_by_public_id"], "writes")


def commands() -> list[tuple[str, FunctionType]]:
    """What each feature offers as a verb: functions that take the session first."""
    found = []
    for path in sorted([*SHOP.glob("*/commands.py"), *SHOP.glob("*/commands/__init__.py")]):
        feature = path.relative_to(SHOP).parts[0]
        module = importlib.import_module(f"webapp.{feature}.commands")
        names = getattr(module, "__all__", None) or dir(module)
        for name in names:
            verb = getattr(module, name)
            if not isinstance(verb, FunctionType) or name.startswith("_"):
                continue
            home = f"webapp.{feature}." if hasattr(module, "__all__") else module.__name__
            if verb.__module__.startswith(home) and takes_a_session(verb):
                found.append((f"{feature}.{name}", verb))
    return found


def takes_a_session(verb: FunctionType) -> bool:
    return verb.__code__.co_varnames[:1] == ("session",)


def does(function: FunctionType, what: str) -> bool:
    """Whether it, or anything of ours that it calls, ``writes`` or ``states``."""
    seen: set[FunctionType] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        told = read(one)
        if getattr(told, what):
            return True
        waiting += told.calls
    return False


@cache
def read(function: FunctionType) -> Does:
    node = bodies(function.__module__)[function.__name__]
    writes = states = False
    calls: set[FunctionType] = set()
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        told = ast.unparse(call.func)
        owner, _, name = told.rpartition(".")
        writes = writes or (owner == "session" and name in WRITES) or told in STATEMENTS
        states = states or told in {"emit", "emit_all"}
        called = meant(function.__globals__, told)
        if called is not None:
            calls.add(called)
    return Does(writes, states, frozenset(calls))


def meant(names: dict[str, object], told: str) -> FunctionType | None:
    """The function of the shop that ``module.verb`` or ``verb`` means in that module."""
    first, *rest = told.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None) if isinstance(found, ModuleType) else None
    ours = isinstance(found, FunctionType) and found.__module__.startswith("webapp.")
    is_plain = ours and found.__name__ in bodies(found.__module__)  # type: ignore[union-attr]
    return found if is_plain else None  # type: ignore[return-value]


@cache
def bodies(module: str) -> dict[str, ast.FunctionDef]:
    path = Path(importlib.import_module(module).__file__ or "")
    return {
        node.name: node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
