"""The back office's pages of jobs."""

from datetime import timedelta

import pytest

from webapp.runtime.events import history
from webapp.runtime.jobs import JobState, cancel, job_of


def state(db, public_id):
    db.rollback()
    return job_of(db, public_id).state


def test_the_list_tells_how_the_queue_is_doing(office, promise, run_jobs):
    promise("fall")
    promise("count")
    run_jobs()
    promise("count", delay=timedelta(days=1))

    page = office.get("/admin/jobs")

    stats = dict(zip(page.texts(".stat dt"), page.texts(".stat dd"), strict=True))
    assert stats == {"Waiting": "1", "Longest wait": "none", "Running": "0", "Failed": "1"}
    assert page.texts('[aria-labelledby="jobs-title"] tbody th') == [
        "try.count",
        "try.count",
        "try.fall",
    ]
    assert "jobs.sweep" in page.text('[aria-labelledby="schedules-title"]')


def test_the_list_is_cut_by_state_and_kind(office, promise, run_jobs):
    failed = promise("fall")
    promise("count")
    run_jobs()

    found = office.get("/admin/jobs?state=failed").texts('[aria-labelledby="jobs-title"] tbody th')
    of_kind = office.get("/admin/jobs").submit("#find-jobs", kind="try.count")
    none = office.get("/admin/jobs?state=failed&kind=try.count")

    assert found == ["try.fall"]
    assert of_kind.texts('[aria-labelledby="jobs-title"] tbody th') == ["try.count"]
    assert "No such jobs" in none.html
    assert office.get("/admin/jobs?state=lost").status == 200
    assert office.get(f"/admin/jobs/{failed}").text(".pill") == "Failed"


def test_a_long_list_has_pages_that_lead_both_ways(office, promise, database, kinds):
    with database.writing() as session:
        for number in range(45):
            kinds.find("try.count").later(session, up_to=number)

    first = office.get("/admin/jobs")
    second = first.click("Next")
    back = second.click("Previous")

    rows = '[aria-labelledby="jobs-title"] tbody tr'
    assert (len(first.all(rows)), len(second.all(rows)), len(back.all(rows))) == (40, 5, 40)


def test_one_job_tells_why_it_failed_and_the_traceback_to_those_who_may(
    office, as_role, promise, run_jobs
):
    failed = promise("fall")
    run_jobs()

    mine, theirs = (
        office.get(f"/admin/jobs/{failed}"),
        as_role("viewer").get(f"/admin/jobs/{failed}"),
    )

    assert "It stopped with ConnectionError." in mine.text("#job-desk")
    assert "hunter2" in mine.text("pre")
    assert "Fall down the stairs" in mine.text("#job-desk")
    assert theirs.status == 200
    assert "It stopped with ConnectionError." in theirs.text("#job-desk")
    assert "hunter2" not in theirs.html


@pytest.mark.parametrize("htmx", [False, True])
def test_a_failed_job_is_tried_again(office, db, promise, run_jobs, htmx):
    failed = promise("fall")
    run_jobs()

    page = office.get(f"/admin/jobs/{failed}").submit('form[action$="/retry"]', htmx=htmx)

    assert page.status == 200
    assert state(db, failed) == JobState.queued
    assert [(fact.name, fact.actor_name) for fact in history(db, "job", failed)] == [
        ("job.failed", "Vitrine"),
        ("job.retried", "Owner"),
    ]
    assert "Taken back into the queue by Owner" in page.html


def test_all_of_a_kind_are_tried_again(office, db, promise, run_jobs):
    failed = [promise("fall"), promise("fall")]
    run_jobs()

    page = office.get("/admin/jobs").submit('form[action$="/retries"]')

    assert "2 jobs are tried again." in page.html
    assert [state(db, each) for each in failed] == [JobState.queued, JobState.queued]


def test_a_waiting_job_is_called_off(office, db, promise):
    waiting = promise("count", delay=timedelta(hours=1))

    page = office.get(f"/admin/jobs/{waiting}").submit('form[action$="/cancellation"]')

    assert page.text(".pill") == "Cancelled"
    assert state(db, waiting) == JobState.cancelled


def test_what_ended_meanwhile_is_told_and_left_alone(office, db, database, promise):
    waiting = promise("count", delay=timedelta(hours=1))
    page = office.get(f"/admin/jobs/{waiting}")
    with database.writing() as session:
        cancel(session, waiting)

    answer = page.submit('form[action$="/cancellation"]')

    assert "This job has ended already." in answer.html
    assert len(history(db, "job", waiting)) == 1


def test_whoever_may_only_look_has_no_buttons(as_role, promise, run_jobs):
    failed = promise("fall")
    run_jobs()
    viewer = as_role("viewer")

    assert viewer.get(f"/admin/jobs/{failed}").all("#job-desk form") == []
    assert viewer.get("/admin/jobs").all('form[action$="/retries"]') == []
    assert viewer.post(f"/admin/jobs/{failed}/retry").status == 403


def test_jobs_are_nobody_elses_business(as_role, promise):
    waiting = promise("count")
    support = as_role("support")

    assert support.get("/admin/jobs").status == 403
    assert support.get(f"/admin/jobs/{waiting}").status == 404
    assert support.get(f"/admin/jobs/{waiting}/live").status == 404


def test_who_asked_for_a_job_may_watch_it(as_role, db, promise):
    editor = as_role("editor")
    from webapp.accounts.queries import by_email

    mine = promise("count", asked_by=by_email(db, "editor@example.com").public_id)

    assert editor.get(f"/admin/jobs/{mine}").status == 200


def test_the_live_form_of_a_job_that_ended_says_so_and_ends(office, promise, run_jobs):
    done = promise("count")
    run_jobs()

    answer = office.send("GET", f"/admin/jobs/{done}/live")

    assert answer.headers["content-type"].startswith("text/event-stream")
    shown, end, rest = answer.text.split("\n\n")
    assert "Done" in shown and shown.startswith("data: ")
    assert (end, rest) == ("event: end\ndata: ", "")


def test_the_page_of_a_live_job_asks_for_its_live_form_and_can_be_looked_at_again(office, promise):
    waiting = promise("count")

    page = office.get(f"/admin/jobs/{waiting}")

    assert page.one("[data-hx-sse\\:connect]").attributes["data-hx-sse:connect"] == (
        f"/admin/jobs/{waiting}/live"
    )
    assert page.one(".no-js").attributes["href"] == f"/admin/jobs/{waiting}"
