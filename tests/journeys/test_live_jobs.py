"""Watching a job: its page goes along with it where script runs, and by looking again where not."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Route, expect

from tests.chromium import Live, Person
from tests.journeys.test_office import main_of, signed_in
from webapp.runtime.jobs import Jobs, JobState, job_of

Enters = Callable[..., Person]

BEGUN = """new Promise(done => {
    const look = () => window.htmx ? setTimeout(done, 50) : setTimeout(look, 20)
    look()
})"""
"""The page's own script is there, and had the time to begin with the page."""


@dataclass
class Climb:
    """A job that takes a step when it is told to."""

    identifier: str
    step: threading.Semaphore

    def goes_on(self) -> None:
        self.step.release()


@pytest.fixture
def climb(live: Live) -> Iterator[Callable[[], Climb]]:
    shop, steps = live.app.state.shop, {}
    kinds = Jobs(f"climb{id(steps)}")

    @kinds.job()
    def climb(context, name):
        for number in (1, 2, 3):
            context.progress(number, 3, f"Step {number}")
            assert steps[name].acquire(timeout=60)
        return {"steps": 3}

    shop.runner.registry.include(kinds)

    def begin() -> Climb:
        name = str(len(steps))
        steps[name] = threading.Semaphore(0)
        with shop.database.writing() as session:
            return Climb(climb.later(session, name=name), steps[name])

    yield begin
    for each in steps.values():
        each.release(3)


def test_a_page_goes_along_with_its_job(person: Enters, climb: Callable[[], Climb], live: Live):
    clerk, job = signed_in(person), climb()
    opens_slowly(clerk, f"/admin/jobs/{job.identifier}")
    clerk.page.evaluate("document.body.dataset.sameVisit = 'yes'")

    expect(main_of(clerk.page)).to_contain_text("Step 1")
    job.goes_on()
    expect(main_of(clerk.page)).to_contain_text("Step 2")
    job.goes_on()
    job.goes_on()

    # The end brings what only the whole page has: the result, and no button to cancel.
    expect(main_of(clerk.page)).to_contain_text("Steps")
    expect(main_of(clerk.page).get_by_text("Done", exact=True)).to_be_visible()
    expect(clerk.page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert clerk.page.evaluate("document.body.dataset.sameVisit") == "yes"


def opens_slowly(clerk: Person, path: str) -> None:
    """As over a bad line: what keeps the page up to date comes when all else was there long ago."""
    held: list[Route] = []
    clerk.page.route("**/hx-sse*", lambda route: held.append(route))
    with clerk.page.expect_request("**/hx-sse*"):
        clerk.page.goto(path, wait_until="commit")
    clerk.page.evaluate(BEGUN)
    clerk.page.mouse.move(100, 100)
    clerk.page.mouse.move(200, 200)
    held[0].continue_()
    clerk.page.wait_for_load_state()


def test_without_script_one_looks_again_and_calls_it_off(
    person: Enters, climb: Callable[[], Climb], live: Live
):
    clerk, job = signed_in(person, java_script_enabled=False), climb()
    clerk.opens(f"/admin/jobs/{job.identifier}")
    clerk.clicks("link", "Look again")
    clerk.clicks("button", "Cancel")

    expect(main_of(clerk.page).get_by_text("Cancelled", exact=True).first).to_be_visible()
    with live.app.state.database.reading() as session:
        assert job_of(session, job.identifier).state == JobState.cancelled
