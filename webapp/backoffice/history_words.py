"""What happened, in sentences: one for each event that there is, and a plain one for others."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.kit.money import Money
from webapp.orders.queries import words_of
from webapp.web.templates import money

Facts = Mapping[str, Any]

_TOLD: Mapping[str, str] = {
    "product.published": "Published",
    "product.unpublished": "Hidden from the shop",
    "product.deleted": "Deleted",
    "category.created": "Added",
    "category.updated": "Changed",
    "staff.changed": "Changed",
    "staff.signed_in": "Signed in",
    "staff.signed_out": "Signed out",
    "shop.updated": "Changed",
    "media.stored": "Added to the pictures",
    "key.revoked": "Revoked",
    "customer.created": "Account made",
    "customer.verified": "Address confirmed",
    "customer.closed": "Account closed",
    "customer.opened": "Account opened again",
    "customer.kept": "Sorted by staff",
    "customer.updated": "Changed",
    "customer.avatar_changed": "Changed their picture",
    "customer.consent_said": "Said whether they want news",
    "consent.said": "A guest said whether they want news",
    "customer.export_asked": "A copy of their data was asked for",
    "customer.export_ready": "A copy of their data was made",
    "customer.erasure_asked": "To be erased in three days",
    "customer.erasure_stopped": "Not to be erased after all",
    "customer.erased": "Erased",
    "person.email_change_asked": "Asked for another address",
    "person.email_change_stopped": "Kept their address",
    "person.email_changed": "Address changed",
    "person.second_factor_on": "More than the password is asked for from now on",
    "person.authenticator_added": "App that makes codes added",
    "person.authenticator_removed": "App that makes codes removed",
    "passkey.added": "Passkey added",
    "passkey.renamed": "Passkey given another name",
    "passkey.removed": "Passkey removed",
    "passkey.doubted": "A passkey looked like a copy and opens nothing any more",
    "provider.added": "Added",
    "provider.changed": "Changed",
    "provider.removed": "Removed",
    "customer.merged": "Another account of theirs became part of this one",
    "customer.orders_taken_over": "Orders of their other account are theirs now",
    "customer.orders_attached": "Orders placed as a guest are theirs now",
    "order.buyer_forgotten": "Its buyer was erased",
    "person.registered_again": "Somebody asked for an account with this address again",
    "import.uploaded": "File brought in",
    "import.updated": "Read in another way",
    "stock.updated": "Rules of the stock changed",
    "asset.updated": "Changed",
    "asset.deleted": "Deleted",
    "entitlement.granted": "Given to the buyer",
    "entitlement.downloaded": "Downloaded",
    "entitlement.revoked": "Withdrawn",
    "entitlement.updated": "Limits changed",
    "asset.offered": "Given to earlier buyers",
}
_LINKS = {
    "verify": "confirm the address",
    "reset": "choose a new password",
    "sign_in": "sign in",
    "invite": "invitation to the staff",
    "staff_reset": "choose a new password",
    "welcome": "choose a password",
    "handed_staff": "choose a password",
    "handed_customer": "choose a password",
}
_MOVED = {
    "receive": "Received",
    "sell": "Sold",
    "release": "Given back",
    "ship": "Sent",
    "return": "Came back",
    "adjust": "Corrected",
    "count": "Counted",
    "transfer": "Moved",
    "damage": "Set aside",
}


def sentence(name: str, facts: Facts, currency: str) -> str:
    """What the event of this name says happened, in the manners that are spoken. Amounts are in
    ``currency`` unless the event says so."""
    return _said(name, facts, currency) or name.partition(".")[2].replace("_", " ").capitalize()


def has_words(name: str) -> bool:
    """Whether somebody put events of this name in words of their own."""
    return name in _TOLD or name in _SAYERS


def named(name: str) -> str:
    """An event's name as people read it: ``Order placed``."""
    return name.replace(".", " ").replace("_", " ").capitalize()


def _said(name: str, facts: Facts, currency: str) -> str:
    if name in _TOLD:
        return _TOLD[name]
    if name in _SAYERS:
        return _SAYERS[name](facts, currency)
    if name.startswith(("order.", "fulfilment.")):
        said = words_of(name, dict(facts), currency, money)
        return "" if said == name else said
    return ""


def _created(facts: Facts, currency: str) -> str:
    origin = str(facts.get("origin") or "")
    if origin.startswith("prd_"):
        return "Created as a copy"
    return "Created by an import" if origin else "Created"


def _updated(facts: Facts, currency: str) -> str:
    variants = facts.get("variants")
    states = list(variants.values()) if isinstance(variants, dict) else []
    parts = []
    for state, words in (("created", "added"), ("deleted", "removed")):
        if number := states.count(state):
            parts.append(f"{number} {'version' if number == 1 else 'versions'} {words}")
    said = ", ".join(parts).capitalize() or "Changed"
    return f"{said} by an import" if facts.get("origin") else said


def _price(facts: Facts, currency: str) -> str:
    before, after = facts.get("before_minor"), facts.get("after_minor")
    if not isinstance(before, int) or not isinstance(after, int):
        return "Price changed"
    return f"Price changed from {money(Money(before, currency))} to {money(Money(after, currency))}"


def _gone_category(facts: Facts, currency: str) -> str:
    to = facts.get("moved_to")
    return f"Deleted; its products went to {to}" if to else "Deleted"


def _came_or_went(facts: Facts, currency: str) -> str:
    """Kinds that state their coming and going as a change of the name from or to nothing."""
    changed = facts.get("changed")
    for name in ("name", "title", "millionths"):
        match changed.get(name) if isinstance(changed, dict) else None:
            case [None, _]:
                return "Added"
            case [_, None]:
                return "Deleted"
    return "Changed"


def _stock(facts: Facts, currency: str) -> str:
    said = _MOVED.get(str(facts.get("kind")), "Changed")
    reason = facts.get("reason")
    return f"{said}: {reason}" if reason else said


def _left(words: str) -> Callable[[Facts, str], str]:
    return lambda facts, currency: words.format(facts.get("available", 0))


def _money(words: str) -> Callable[[Facts, str], str]:
    def say(facts: Facts, currency: str) -> str:
        amount = Money(int(facts.get("amount_minor", 0)), str(facts.get("currency", currency)))
        return words.format(money(amount))

    return say


def _staff(facts: Facts, currency: str) -> str:
    return f"Added as {facts.get('role')}"


def _noted(facts: Facts, currency: str) -> str:
    return "Note taken back" if facts.get("is_gone") else "Note written"


def _linked(facts: Facts, currency: str) -> str:
    return f"Linked with {facts.get('with')}"


def _unlinked(facts: Facts, currency: str) -> str:
    return f"No longer linked with {facts.get('with')}"


def _failing(facts: Facts, currency: str) -> str:
    return f"Began to fail: {facts.get('problem')}"


def _signed_in(facts: Facts, currency: str) -> str:
    how = str(facts.get("how") or "password")
    ways = {"password": "", "link": " by a mailed link", "passkey": " with a passkey"}
    beside = {"code": "a code", "recovery": "a recovery code", "passkey": "a passkey"}
    said = f"Signed in{ways.get(how, f' with {how}')}"
    if facts.get("second") in beside:
        said += f" and {beside[str(facts['second'])]}"
    said = f"{said}, on a new device" if facts.get("is_new_device") else said
    told = [str(facts[name]) for name in ("device", "network") if facts.get(name)]
    return f"{said} ({', '.join(told)})" if told else said


def _signed_out(facts: Facts, currency: str) -> str:
    return "Signed out" if facts.get("sign_in") else "Signed out in other browsers"


def _password(facts: Facts, currency: str) -> str:
    ways = {
        "reset": " by a mailed link",
        "invitation": " for the first time",
        "handed": " by a link that was handed over",
    }
    return f"Password changed{ways.get(str(facts.get('how')), '')}"


def _link(facts: Facts, currency: str) -> str:
    purpose = str(facts.get("purpose"))
    return f"Link mailed: {_LINKS.get(purpose, purpose.replace('_', ' '))}"


def _handed(facts: Facts, currency: str) -> str:
    purpose = str(facts.get("purpose"))
    return f"Link shown, to be handed over: {_LINKS.get(purpose, purpose.replace('_', ' '))}"


def _factor_off(facts: Facts, currency: str) -> str:
    if facts.get("how") == "reset":
        return "What is asked beside the password was taken away for them"
    return "The password alone is enough from now on"


def _codes(facts: Facts, currency: str) -> str:
    return "Recovery codes made" if facts.get("first") else "New recovery codes made"


def _code_used(facts: Facts, currency: str) -> str:
    return f"Recovery code used, {facts.get('left', 0)} left"


def _granted(facts: Facts, currency: str) -> str:
    return f"Program let in: {facts.get('client') or 'without a name'}"


def _grant_ended(facts: Facts, currency: str) -> str:
    ways = {
        "reused": "Program shut out: its token came twice",
        "replaced": "Program signed out by newer ones",
        "everywhere": "All programs signed out",
    }
    return ways.get(str(facts.get("how")), "Program signed out")


def _key(facts: Facts, currency: str) -> str:
    return f"Made, for {', '.join(facts.get('scopes') or ()) or 'nothing'}"


def _started(facts: Facts, currency: str) -> str:
    if facts.get("dry"):
        return "Check started"
    return "Refused rows tried again" if facts.get("again") else "Import started"


def _counts(words: str) -> Callable[[Facts, str], str]:
    def say(facts: Facts, currency: str) -> str:
        told = [
            f"{facts[name]} {word}"
            for name, word in (
                ("created", "new"),
                ("changed_rows", "changed"),
                ("unchanged", "as they were"),
                ("skipped", "left out"),
                ("failed", "refused"),
            )
            if facts.get(name)
        ]
        said = f"{words}: {', '.join(told)}" if told else words
        return f"{said}. {facts['problem']}" if facts.get("problem") else said

    return say


def _export(facts: Facts, currency: str) -> str:
    return f"The catalogue was written as {facts.get('dialect')}: {facts.get('rows')} rows"


_SAYERS: Mapping[str, Callable[[Facts, str], str]] = {
    "product.created": _created,
    "product.updated": _updated,
    "price.changed": _price,
    "category.deleted": _gone_category,
    "collection.updated": _came_or_went,
    "brand.updated": _came_or_went,
    "attribute.updated": _came_or_went,
    "tax_rate.changed": _came_or_went,
    "shipping_method.changed": _came_or_went,
    "stock.changed": _stock,
    "stock.low": _left("Running low: {} left to sell"),
    "stock.out": _left("Sold out"),
    "stock.back": _left("Back in stock: {} to sell"),
    "payment.captured": _money("{} came in"),
    "refund.succeeded": _money("{} given back"),
    "person.identity_linked": _linked,
    "person.identity_unlinked": _unlinked,
    "provider.failing": _failing,
    "staff.added": _staff,
    "role.changed": _came_or_went,
    "customer_group.changed": _came_or_went,
    "customer.noted": _noted,
    "person.signed_in": _signed_in,
    "person.signed_out": _signed_out,
    "person.password_changed": _password,
    "person.link_promised": _link,
    "person.link_handed": _handed,
    "person.second_factor_off": _factor_off,
    "person.recovery_codes_made": _codes,
    "person.recovery_code_used": _code_used,
    "person.grant_made": _granted,
    "person.grant_ended": _grant_ended,
    "key.made": _key,
    "import.started": _started,
    "import.checked": _counts("Checked"),
    "import.completed": _counts("Imported"),
    "import.failed": _counts("Failed"),
    "import.cancelled": _counts("Cancelled"),
    "export.completed": _export,
}
