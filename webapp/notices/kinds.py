"""Which facts concern staff: whom, what is counted together, and where it can be seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from webapp.exchange.events import ImportCompleted, ImportFailed
from webapp.identities.events import ProviderFailing
from webapp.inventory.events import StockLow, StockOut
from webapp.kit.values import Value, field
from webapp.orders.events import OrderPlaced
from webapp.runtime.events import Event
from webapp.runtime.jobs.events import JobFailed
from webapp.runtime.mail import MailBounced, MailServerRefused
from webapp.webhooks.events import EndpointDisabled, EndpointFailing


class Kind(Value):
    """Notices that somebody chooses together."""

    code: str
    label: str
    hint: str
    needs: str
    """The permission of those whom they concern."""


ORDERS = Kind("orders", "New orders", "Somebody placed an order.", "orders:read")
STOCK = Kind("stock", "Stock", "Something runs low or is sold out.", "catalogue:read")
IMPORTS = Kind(
    "imports", "Imports", "A file could not be brought in, or not all of it.", "imports:write"
)

MAIL = Kind("mail", "Mail", "A message did not arrive, or none can be sent.", "mail:read")
WEBHOOKS = Kind(
    "webhooks", "Webhooks", "An endpoint does not answer, or was switched off.", "webhooks:write"
)

SIGN_IN = Kind(
    "sign_in",
    "Sign-in",
    "A provider that customers sign in with does not answer, or answers wrongly.",
    "settings:write",
)

JOBS = Kind("jobs", "Background jobs", "Something was tried again and again in vain.", "jobs:read")

KINDS: tuple[Kind, ...] = (ORDERS, STOCK, IMPORTS, MAIL, WEBHOOKS, SIGN_IN, JOBS)


class Told(Value):
    """A fact as a notice. Those with the same ``key`` are one notice that counts them."""

    kind: Kind
    event: str
    key: str
    subject_id: str
    facts: dict[str, Any] = field(default_factory=dict)


def told_of(fact: Event, at: datetime) -> Told | None:
    """What staff hear of this fact; None for what is nobody's concern.

    What happens by the hundred (an import that sells half the shop out) is counted by the hour.
    """
    hour = f"{fact.name}:{at:%Y%m%d%H}"
    match fact:
        case OrderPlaced():
            shown = {
                "number": fact.number,
                "units": fact.units,
                "total_minor": fact.total_minor,
                "currency": fact.currency,
            }
            return Told(ORDERS, fact.name, f"{fact.name}:{fact.order}", fact.order, shown)
        case StockOut() | StockLow():
            shown = {"product": fact.product, "left": fact.available}
            return Told(STOCK, fact.name, hour, fact.variant, shown)
        case ImportFailed():
            shown = {"file": fact.file_name, "problem": fact.problem}
            return Told(IMPORTS, fact.name, _ended(fact.import_, at), fact.import_, shown)
        case ImportCompleted(failed=failed) if failed:
            shown = {"file": fact.file_name, "failed": failed}
            return Told(IMPORTS, fact.name, _ended(fact.import_, at), fact.import_, shown)
        case MailBounced():
            return Told(MAIL, fact.name, hour, fact.mail, {"answer": fact.answer})
        case MailServerRefused():
            shown = {"host": fact.host, "answer": fact.answer}
            return Told(MAIL, fact.name, hour, fact.host, shown)
        case EndpointFailing():
            key = f"{fact.name}:{fact.endpoint}:{at:%Y%m%d}"
            shown = {"url": fact.url, "days": fact.days, "problem": fact.problem}
            return Told(WEBHOOKS, fact.name, key, fact.endpoint, shown)
        case EndpointDisabled():
            key = f"{fact.name}:{fact.endpoint}:{at:%Y%m%d%H%M%S}"
            shown = {"url": fact.url, "reason": fact.reason}
            return Told(WEBHOOKS, fact.name, key, fact.endpoint, shown)
        case ProviderFailing():
            key = f"{fact.name}:{fact.provider}:{at:%Y%m%d}"
            shown = {"title": fact.title, "problem": fact.problem}
            return Told(SIGN_IN, fact.name, key, fact.provider, shown)
        case JobFailed():
            shown = {"kind": fact.kind, "reason": fact.reason}
            return Told(JOBS, fact.name, f"{hour}:{fact.kind}", fact.job, shown)
    return None


def path_of(event: str, subject_id: str, count: int) -> str:
    """Where what a notice tells about can be seen."""
    match event:
        case "order.placed":
            return f"/admin/orders/{subject_id}"
        case "stock.low" | "stock.out" if count == 1:
            return f"/admin/stock/{subject_id}"
        case "stock.low" | "stock.out":
            return "/admin/products?state=low"
        case "import.failed" | "import.completed":
            return f"/admin/exchange/{subject_id}"
        case "mail.bounced" if count == 1:
            return f"/admin/mail/{subject_id}"
        case "mail.bounced" | "mail_server.refused":
            return "/admin/mail"
        case "webhook.endpoint_failing" | "webhook.endpoint_disabled":
            return f"/admin/webhooks/{subject_id}"
        case "provider.failing":
            return f"/admin/settings/sign-in/{subject_id}"
        case "job.failed" if count == 1:
            return f"/admin/jobs/{subject_id}"
        case "job.failed":
            return "/admin/jobs?state=failed"
    return "/admin/notices"


def words_of(event: str, facts: Mapping[str, Any], count: int, product: str) -> tuple[str, str]:
    """A notice in one sentence, and what else there is to say. ``product`` is the title of the
    first product that it is about."""
    match event:
        case "order.placed":
            return f"New order {facts['number']}", _counted(facts["units"], "item")
        case "stock.out":
            return f"{_and_others(product, count)} sold out", ""
        case "stock.low" if count == 1:
            return f"{product} is running low", f"{facts['left']} left"
        case "stock.low":
            return f"{_and_others(product, count)} running low", ""
        case "import.failed":
            return f"The import of {facts['file']} failed", facts["problem"]
        case "import.completed":
            refused = _counted(facts["failed"], "row")
            was = "was" if facts["failed"] == 1 else "were"
            return f"{refused} of {facts['file']} {was} refused", ""
        case "mail.bounced" if count == 1:
            return "A message did not arrive", facts["answer"]
        case "mail.bounced":
            return f"{count} messages did not arrive", ""
        case "mail_server.refused":
            return "The mail server does not take our mail", facts["answer"]
        case "webhook.endpoint_failing":
            days = _counted(facts["days"], "day")
            return f"Nothing got through to {facts['url']} for {days}", facts["problem"]
        case "webhook.endpoint_disabled":
            return f"The endpoint {facts['url']} was switched off", facts["reason"]
        case "provider.failing":
            return f"Signing in with {facts['title']} does not work", facts["problem"]
        case "job.failed" if count == 1:
            return f"The job {facts['kind']} failed for good", facts["reason"]
        case "job.failed":
            return f"{count} jobs {facts['kind']} failed for good", facts["reason"]
    return event, ""


def _ended(imported: str, at: datetime) -> str:
    """One that is tried again and fails again is told of again."""
    return f"import:{imported}:{at:%Y%m%d%H%M%S}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _and_others(name: str, count: int) -> str:
    if count == 1:
        return f"{name} is"
    return f"{name} and {_counted(count - 1, 'other')} are"
