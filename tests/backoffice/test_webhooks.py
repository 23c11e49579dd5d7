"""Endpoints are made, watched and sent to again in the back office."""

import json

import pytest
from sqlmodel import select

from tests.factories.catalogue import make_product
from tests.webhooks.receiver import Receiver, receiving
from webapp.webhooks.models import Delivery, Endpoint, EndpointState

PATH = "/admin/webhooks"


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def endpoint(office, receiver: Receiver, db):
    """Made on the page; gives its address and the secret that was shown."""
    page = office.get(PATH).submit("#endpoint-form", url=receiver.url, description="Warehouse")
    public_id = db.exec(select(Endpoint.public_id)).one()
    db.rollback()
    return f"{PATH}/{public_id}", page.text("#secret")


def test_an_endpoint_is_made_and_its_secret_shown_once(office, db, receiver):
    page = office.get(PATH).submit(
        "#endpoint-form", url=receiver.url, types=["order.paid", "order.placed"], is_thin=True
    )

    secret = page.text("#secret")
    assert secret.startswith("whsec_")
    one = db.exec(select(Endpoint)).one()
    assert (one.url, one.types, one.is_thin) == (
        receiver.url,
        ["order.paid", "order.placed"],
        True,
    )
    assert secret not in office.get(PATH).html + office.get(f"{PATH}/{one.public_id}").html


@pytest.mark.parametrize(
    "url", ["", "warehouse", "ftp://example.com/", "https://me:pw@example.com/", "http://x y/"]
)
def test_an_address_that_cannot_be_called_comes_back_in_the_form(office, db, url):
    page = office.get(PATH).submit("#endpoint-form", url=url, description="Warehouse")

    assert page.status == 422
    assert page.one("#description").attributes["value"] == "Warehouse"
    assert page.all("#url-error")
    assert db.exec(select(Endpoint)).all() == []


def test_an_open_line_is_refused_where_private_ones_are(office, db, app):
    app.state.shop.means.outbound.allow_private = False

    page = office.get(PATH).submit("#endpoint-form", url="http://example.com/hook")

    assert page.status == 422
    assert "https://" in page.text("#url-error")


def test_a_test_arrives_signed_and_stands_in_the_log(office, endpoint, receiver, run_jobs, db):
    path, secret = endpoint
    receiver.says(200, body=b"thank you")

    office.get(path).submit("#test-form")
    run_jobs()

    (got,) = receiver.got
    assert got.is_signed_with(secret)
    delivery = db.exec(select(Delivery)).one()
    page = office.get(f"{path}/deliveries/{delivery.public_id}")
    assert "thank you" in page.html
    assert json.loads(page.texts("pre")[-1])["type"] == "ping"
    assert "Delivered" in office.get(path).text("table")


def test_the_log_is_narrowed_and_one_event_is_sent_again(office, endpoint, receiver, run_jobs, db):
    path, _ = endpoint
    make_product(db, "Oak stool")
    run_jobs()
    before = len(receiver.got)

    page = office.get(path).submit("#find-deliveries", about="product.created")
    (link,) = [each for each in page.all("table a") if "/deliveries/" in each.attributes["href"]]
    office.get(link.attributes["href"]).submit("#repeat-form")
    run_jobs()

    assert len(receiver.got) == before + 1
    assert receiver.got[-1].body == receiver.got[0].body
    assert "No delivery fits" in office.get(f"{path}?state=dead").html


def test_a_range_is_sent_again_and_an_empty_one_refused(office, endpoint, receiver, run_jobs, db):
    path, _ = endpoint
    make_product(db, "Oak stool")
    run_jobs()
    receiver.got.clear()

    assert office.get(path).submit("#replay-form").status == 422
    assert office.get(path).submit("#replay-form", first="1000").status == 422
    assert office.get(path).submit("#replay-form", first="no").status == 422
    office.get(path).submit("#replay-form", first="1", since="2020-01-01T00:00")
    run_jobs()

    assert receiver.numbers == sorted(receiver.numbers)
    assert receiver.numbers[0] == 1


def test_pausing_going_on_changing_and_removing(office, endpoint, receiver, db, run_jobs):
    path, secret = endpoint
    page = office.get(path).submit("#pause-form")
    assert "Paused" in page.text("#health-title")
    make_product(db, "Oak stool")
    run_jobs()
    assert receiver.got == []

    office.get(path).submit("#open-form")
    run_jobs()
    assert receiver.numbers[0] == 1

    page = office.get(path).submit("#endpoint-form", url=receiver.url, description="Other")
    assert page.text("h1") == "Other"
    page = office.get(path).submit("#secret-form")
    assert page.text("#secret") not in {"", secret}
    office.get(path).submit("#remove-form")
    db.rollback()
    assert db.exec(select(Endpoint.state)).one() is EndpointState.removed
    assert office.get(path).status == 404


def test_a_preview_shows_what_would_be_sent(office, db):
    stool = make_product(db, "Oak stool")

    page = office.get(f"{PATH}/preview").submit(
        "#preview-form", event="product.updated", id=stool.public_id
    )

    shown = json.loads(page.text("pre"))
    assert (shown["type"], shown["data"]["title"]) == ("product.updated", "Oak stool")
    assert office.get(f"{PATH}/preview?event=order.paid&id=ord_x").status == 422
