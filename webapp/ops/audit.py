"""``vitrine audit``: derive everything anew from the ledgers and tell every difference.

Each feature brings checks of its own tables (``<feature>/audit.py``): functions that take a session
and return sentences. A clean shop returns none. Where rows promise files there are checks of both.
"""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from webapp.catalogue.audit import CHECKS as CATALOGUE
from webapp.downloads.audit import CHECKS as DOWNLOADS
from webapp.downloads.audit import STORED as SOLD_FILES
from webapp.inventory.audit import CHECKS as INVENTORY
from webapp.kit.values import Value, field
from webapp.media.audit import STORED as PICTURES
from webapp.orders.audit import CHECKS as ORDERS
from webapp.payments.audit import CHECKS as PAYMENTS
from webapp.runtime.audit import CHECKS as RUNTIME
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.webhooks.audit import CHECKS as WEBHOOKS

Check = Callable[[Session], Sequence[str]]
StoredCheck = Callable[[Database, Storage], Sequence[str]]

CHECKS: dict[str, Check] = {
    **RUNTIME,
    **CATALOGUE,
    **INVENTORY,
    **PAYMENTS,
    **ORDERS,
    **DOWNLOADS,
    **WEBHOOKS,
}
"""Every check under the name of the invariant it proves."""

STORED: dict[str, StoredCheck] = {**PICTURES, **SOLD_FILES}
"""The same of what lies beside the database."""


class Report(Value):
    """What was checked and what did not agree."""

    checked: list[str]
    findings: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        lines = []
        for name in self.checked:
            found = self.findings.get(name, [])
            lines.append(f"{'FAULT' if found else 'ok   '}  {name}")
            lines += [f"         {sentence}" for sentence in found]
        count = sum(len(found) for found in self.findings.values())
        lines.append(
            f"{len(self.checked)} checks, {count} findings." if count else "The books balance."
        )
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        return {"clean": not self.findings, "checked": self.checked, "findings": self.findings}


def audit(database: Database, storage: Storage | None = None) -> Report:
    """Run every check in one consistent look at the data; with a storage also those of files."""
    found: dict[str, Sequence[str]] = {}
    with database.reading() as session:
        for name, check in CHECKS.items():
            found[name] = check(session)
    if storage is not None:
        for name, stored in STORED.items():
            found[name] = stored(database, storage)
    findings = {name: list(sentences) for name, sentences in found.items() if sentences}
    return Report(checked=list(found), findings=findings)
