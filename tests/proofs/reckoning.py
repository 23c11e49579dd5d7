"""Comparing what those outside saw with what the books say."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.proofs.buying import Buyers
from tests.proofs.ledgers import Ledgers, read
from tests.proofs.mortal import Mortal
from tests.proofs.shops import MailingShop
from tests.proofs.witnesses import Book, Taken, Told
from webapp.runtime.mail.table import MailState

JOB_THREADS = 2
"""Of a server, unless it is told otherwise: so many mails are under way at most."""
MOST_TOLD = 20


def reckoned(
    data: Path, shop: MailingShop, book: Book, buyers: Buyers, orders: int, *, under_way: int
) -> tuple[Ledgers, list[str]]:
    """The books, and everything in which they and the world outside do not agree. Of one life
    ``under_way`` mails at most may have been sent again."""
    ledgers = read(data, shop.after)
    faults = [
        *_orders(ledgers, buyers.orders, orders),
        *_mails(ledgers, book.mails, under_way),
        *_webhooks(ledgers, book.told),
        *(f"event {key}: its signature was wrong" for key in book.unsigned),
        *(f"dead letter {told}" for told in ledgers.dead),
        *(f"audit: {name}: {found}" for name, found in ledgers.report.findings.items()),
    ]
    if ledgers.integrity != "ok":
        faults.append(f"the database file: {ledgers.integrity}")
    if faults:
        faults = [*faults[:MOST_TOLD], f"{len(faults)} faults. The logs end:", *_logs(data)]
    return ledgers, faults


def line_of(name: str, ledgers: Ledgers, book: Book, buyers: Buyers, mortal: Mortal) -> str:
    """What happened, in numbers."""
    webhooks_again = len(book.told) - len({told.id for told in book.told})
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(mortal.kills.items()))
    clean = "clean" if not ledgers.report.findings else "not clean"
    return (
        f"{name}: {len(ledgers.orders)} orders, {mortal.kills.total()} kills ({moments}), "
        f"{buyers.lost} answers lost, {buyers.sent_again} orders sent again: "
        f"{len(ledgers.events)} events of orders, {len(ledgers.mails)} mails "
        f"({len(repeated(book.mails))} accepted again), {len(ledgers.announced)} webhooks "
        f"({webhooks_again} delivered again), audit {clean}"
    )


def _logs(data: Path) -> list[str]:
    return [path.read_text(errors="replace")[-3000:] for path in data.glob("*.log")]


def repeated(taken: Sequence[Taken]) -> list[Taken]:
    """Those that were taken once more later."""
    last = {one.id: at for at, one in enumerate(taken)}
    return [one for at, one in enumerate(taken) if last[one.id] != at]


def _orders(ledgers: Ledgers, bought: Mapping[str, str], orders: int) -> Iterator[str]:
    """Each buyer has one order, the one they saw, with its events and its mail."""
    if len(bought) != orders or len(ledgers.orders) != orders:
        yield f"{orders} bought, {len(bought)} saw an order, {len(ledgers.orders)} are in the books"
    events = Counter(ledgers.events)
    mails = Counter((mail.kind, mail.about) for mail in ledgers.mails)
    for order in ledgers.orders:
        if bought.get(order.email) != order.number:
            yield f"order {order.number}: its buyer saw {bought.get(order.email)}"
        if not order.is_confirmed:
            yield f"order {order.number}: it is not open"
        for name in ("order.placed", "order.confirmed"):
            if events[name, order.public_id] != 1:
                yield f"order {order.number}: {events[name, order.public_id]} times {name}"
        if mails["orders.order_placed", order.public_id] != 1:
            yield f"order {order.number}: has no mail, or two"


def _mails(ledgers: Ledgers, taken: Sequence[Taken], under_way: int) -> Iterator[str]:
    """Each was accepted; again only if the kill came between that and our note of it."""
    written = {mail.message_id for mail in ledgers.mails}
    accepted = Counter(one.id for one in taken)
    for mail in ledgers.mails:
        if mail.state is not MailState.sent:
            yield f"mail {mail.message_id} ({mail.kind}) is {mail.state}"
        if mail.message_id not in accepted:
            yield f"mail {mail.message_id} ({mail.kind}) was never accepted"
    yield from (f"mail {key} is in no book" for key in accepted.keys() - written)
    for one, times in Counter(taken).items():
        if times > 1:
            yield f"mail {one.id} was accepted {times} times in life {one.life}"
    for life, count in Counter(one.life for one in repeated(taken)).items():
        if count > under_way:
            yield f"{count} mails of life {life} were sent again, {under_way} were under way"


def _webhooks(ledgers: Ledgers, told: Sequence[Told]) -> Iterator[str]:
    """Each came, and of one subject the earlier first."""
    first: dict[str, Told] = {}
    for one in told:
        first.setdefault(one.id, one)
    for key, sequence in ledgers.announced.items():
        if key not in first:
            yield f"event {key} (number {sequence}) was not delivered"
        elif first[key].sequence != sequence:
            yield f"event {key} came as number {first[key].sequence} and is number {sequence}"
    yield from (f"event {key} is in no book" for key in first.keys() - ledgers.announced.keys())
    subjects: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in first.values():
        subjects[one.subject].append(one.sequence)
    for subject, numbers in subjects.items():
        if numbers != sorted(numbers):
            yield f"{' '.join(subject)}: its events came as {numbers}"
