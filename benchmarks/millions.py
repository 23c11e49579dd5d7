"""What a million finished jobs, events and told messages slow: nothing, as ratios to an empty shop.

Two shops of one run, one with ``--rows`` of each laid in by SQL, the other without; every question
is asked of both in turns: ``python -m benchmarks.millions [--rows 1000000] [--rounds 40]``.
"""

import argparse
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import text

from tests.proofs.shops import settings_of, stocked_shop
from webapp.kit.actors import SYSTEM
from webapp.main import OpenShop, open_shop
from webapp.ops.audit import audit
from webapp.runtime import log
from webapp.runtime.events import BEGINNING, hash_of
from webapp.runtime.happenings import Sought, happenings
from webapp.runtime.jobs import JobContext, Jobs, JobState, listing
from webapp.runtime.jobs.leases import claim
from webapp.runtime.jobs.overseeing import backlog
from webapp.shop import commands as shop_settings
from webapp.webhooks import commands as webhooks
from webapp.webhooks.queries import feed

jobs = Jobs("bench")
EACH = 10
"""Facts of one subject."""
AGO = datetime.now(UTC) - timedelta(days=1)


@jobs.job()
def nothing(context: JobContext) -> None:
    """Only promised here."""


def fill(file: Path, rows: int) -> None:
    """Lay in finished jobs, chained events and numbered messages."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA synchronous=OFF")
    _copies(database, "jobs", rows, _job)
    columns, sample = _sample(database, "events")
    _insert(database, "events", columns, _events(columns, sample, rows))
    last = database.execute("SELECT last FROM announcement_count").fetchone()[0]
    _copies(database, "announcements", rows, lambda n, row: _told(n, row, last))
    body = database.execute("SELECT body FROM announcement_bodies LIMIT 1").fetchone()[0]
    names = ["event_id", "body"]
    _insert(database, "announcement_bodies", names, ((f"evt_b{n}", body) for n in range(rows)))
    database.execute("UPDATE announcement_count SET last = last + ?", (rows,))
    database.execute("ANALYZE")
    database.commit()
    database.close()


def _sample(database: sqlite3.Connection, table: str) -> tuple[list[str], dict[str, object]]:
    found = database.execute(f"SELECT * FROM {table} LIMIT 1")
    columns = [column[0] for column in found.description]
    return columns, dict(zip(columns, found.fetchone(), strict=True))


def _insert(
    database: sqlite3.Connection, table: str, columns: list[str], rows: Iterator[tuple[object, ...]]
) -> None:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    database.commit()


def _copies(
    database: sqlite3.Connection,
    table: str,
    rows: int,
    changed: Callable[[int, dict[str, object]], dict[str, object]],
) -> None:
    columns, sample = _sample(database, table)
    columns.remove("id")
    made = ({**sample, **changed(number, sample)} for number in range(rows))
    _insert(database, table, columns, (tuple(row[name] for name in columns) for row in made))


def _job(number: int, _row: dict[str, object]) -> dict[str, object]:
    at = _text(AGO + timedelta(milliseconds=number))
    return {
        "public_id": f"job_b{number}", "kind": f"bench.kind{number % 20}", "state": "done",
        "unique_key": None, "due_at": at, "created_at": at, "started_at": at, "finished_at": at,
    }  # fmt: skip


def _told(number: int, _row: dict[str, object], last: int) -> dict[str, object]:
    name = "order.refunded" if number == 7 else f"order.kind{number % 5}"
    return {
        "event_id": f"evt_b{number}", "sequence": last + number + 1, "name": name,
        "subject_kind": "order", "subject_id": f"ord_b{number // EACH}", "at": _text(AGO),
    }  # fmt: skip


def _events(
    columns: list[str], sample: dict[str, object], rows: int
) -> Iterator[tuple[object, ...]]:
    before = BEGINNING
    for number in range(rows):
        version = number % EACH + 1
        before = BEGINNING if version == 1 else before
        at = AGO + timedelta(milliseconds=number)
        said = {
            "id": f"evt_b{number}", "name": f"order.kind{number % 5}", "subject_kind": "order",
            "subject_id": f"ord_b{number // EACH}", "subject_version": version,
            "actor_kind": "system", "actor_id": None, "actor_name": "", "request_id": "",
            "prev_hash": before,
        }  # fmt: skip
        before = hash_of(SimpleNamespace(**said, at=at, payload={}))
        row = {**sample, **said, "seq": None, "at": _text(at), "payload": "{}", "hash": before}
        yield tuple(row[column] for column in columns)


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def questions(shop: OpenShop) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    database, numbers = shop.database, itertools.count()

    def enqueue() -> None:
        with database.writing() as session:
            nothing.later(session)

    def take() -> None:
        with database.writing() as session:
            claim(session, f"lease{next(numbers)}")

    def state() -> None:
        with database.writing() as session:
            shop_settings.change(session, SYSTEM, bank_details=f"IBAN {next(numbers)}")

    def told() -> None:
        with database.writing() as session:
            webhooks.number(session)

    def reading(ask: Callable[..., object]) -> Callable[[], None]:
        def asked() -> None:
            with database.reading() as session:
                ask(session)

        return asked

    def middle(session: object) -> object:
        return feed(session, after=_last(session) // 2, limit=100)  # type: ignore[arg-type]

    return {
        "enqueue": enqueue,
        "claim": take,
        "state a fact": state,
        "number what was told": told,
        "backlog": reading(backlog),
        "jobs page": reading(listing),
        "jobs page, done": reading(lambda s: listing(s, state=JobState.done)),
        "jobs page, done of a kind": reading(
            lambda s: listing(s, state=JobState.done, kind="bench.kind3")
        ),
        "history": reading(lambda s: happenings(s, Sought())),
        "history of an order": reading(
            lambda s: happenings(s, Sought(subjects=(("order", "ord_b5"),)))
        ),
        "feed from the start": reading(lambda s: feed(s, after=0, limit=100)),
        "feed from the middle": reading(middle),
        "feed of a rare kind": reading(lambda s: feed(s, after=0, types=["order.refunded"])),
        "sweep of messages": lambda: _swept(shop),
    }


def _last(session: object) -> int:
    found = session.execute(text("SELECT last FROM announcement_count")).scalar()  # type: ignore[attr-defined]
    return int(found or 0)


def _swept(shop: OpenShop) -> None:
    with shop.database.writing() as session:
        webhooks.sweep(session, 500)


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    log.set_up("error")
    with tempfile.TemporaryDirectory() as folder:
        shops = [Path(folder) / name for name in ("empty", "full")]
        for data in shops:
            stocked_shop(data, units=1)
            with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
                nothing.later(session)
                webhooks.number(session)
        fill(settings_of(shops[1]).data_dir / "shop.db", asked.rows)
        with open_shop(settings_of(shops[0])) as empty, open_shop(settings_of(shops[1])) as full:
            asks = [questions(empty), questions(full)]
            for name in asks[0]:
                taken: list[list[float]] = [[], []]
                for _round in range(asked.rounds):
                    for place in (0, 1):
                        taken[place].append(_took(asks[place][name]))
                here, there = (statistics.median(one) for one in taken)
                print(f"{name:28} {here:8.2f} ms  {there:8.2f} ms  ratio {there / here:6.2f}")
            began = time.perf_counter()
            report = audit(full.database)
            seconds = time.perf_counter() - began
            print(f"audit of {asked.rows} events: {seconds:.1f} s, {report.text()[-200:]}")


if __name__ == "__main__":
    main()
