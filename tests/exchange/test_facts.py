"""What an import says of itself: who brought which file, what they decided, how it ended."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from tests.browser import Browser
from tests.exchange.test_importing import HEADER, JUG, STOOL, bring, written
from webapp.exchange.models import CatalogueImport
from webapp.exchange.policy import Policy
from webapp.exchange.shell import export_file
from webapp.main import OpenShop
from webapp.runtime.events import EventRecord


def told(shop: OpenShop, kind: str) -> list[EventRecord]:
    with shop.database.reading() as session:
        query = select(EventRecord).where(EventRecord.subject_kind == kind)
        found = list(session.exec(query.order_by(EventRecord.seq)))
        session.expunge_all()
    return found


def test_an_import_says_how_it_went(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL, JUG.replace("19.00", "cheap")))

    facts = told(shop, "import")
    assert [fact.name for fact in facts if fact.name != "import.updated"] == [
        "import.uploaded",
        "import.started",
        "import.completed",
    ]
    assert {fact.payload["file_name"] for fact in facts} == {"file.csv"}
    counts = facts[-1].payload
    assert (counts["rows"], counts["created"], counts["failed"]) == (2, 1, 1)


def test_an_import_that_had_to_be_whole_says_why_it_failed(shop: OpenShop, tmp_path: Path) -> None:
    broken = written(tmp_path, HEADER, JUG.replace("19.00", "cheap"))

    bring(shop, broken, policy=Policy(on_error="all"))

    last = told(shop, "import")[-1]
    assert last.name == "import.failed"
    assert "so none was" in last.payload["problem"]
    assert told(shop, "product") == []


def test_what_leaves_is_noted(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL))

    export_file(shop.database, tmp_path / "out.csv")

    (fact,) = told(shop, "export")
    assert (fact.payload["dialect"], fact.payload["rows"]) == ("vitrine", 1)
    assert fact.actor_name == "Vitrine"


def test_whoever_downloads_the_catalogue_is_named(
    staff_browser: Callable[[str], Browser], db: Session
) -> None:
    staff_browser("manager").get("/admin/exchange/exports/vitrine.csv")

    fact = db.exec(select(EventRecord).where(EventRecord.name == "export.completed")).one()
    assert (fact.actor_kind, fact.actor_name, fact.payload["rows"]) == ("staff", "Ada", 0)


@pytest.mark.parametrize("dry", [True, False])
def test_a_dry_run_and_a_run_are_told_apart(shop: OpenShop, tmp_path: Path, dry: bool) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL), dry_run=dry)

    started, ended = told(shop, "import")[-2:]
    assert started.payload["dry"] is dry
    assert ended.name == ("import.checked" if dry else "import.completed")
    with shop.database.reading() as session:
        one = session.exec(select(CatalogueImport)).one()
        assert ended.subject_id == one.public_id
