"""The furnished shop on the wire, and people who walk through it in Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from tests.chromium import Live, Person, chromium
from tests.conftest import settings_in
from tests.house.conftest import copy_of
from tests.runtime.mail.postman import serving
from webapp.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.chromium)


# For each module and not for the whole run: while it is there, nothing else in this process can
# have an event loop of its own.
@pytest.fixture(scope="module")
def browser_program() -> Iterator[Chromium]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, furnished: Settings) -> Iterator[Live]:
    folder = copy_of(furnished, tmp_path_factory.mktemp("live"))
    with serving() as postman:
        mail = {"smtp_url": postman.url, "mail_from": "shop@example.com"}
        with Live(settings_in(folder, job_threads=1, **mail)) as served:
            yield served


@pytest.fixture
def person(browser_program: Chromium, live: Live) -> Iterator[Callable[..., Person]]:
    """``person(java_script_enabled=False)``: somebody new. Nobody's browser may have complained."""
    people: list[Person] = []

    def enters(**options: object) -> Person:
        people.append(Person(browser_program, live, **options))
        return people[-1]

    yield enters
    for one in people:
        one.leaves()
    assert [complaint for one in people for complaint in one.complaints] == []
