"""Rooms that are opened when somebody first comes in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from fastapi import FastAPI
from starlette.routing import NoMatchFound

from tests.browser import Browser
from webapp.web.addresses import Addresses
from webapp.web.rooms import Doors, Rooms


@pytest.fixture
def site() -> FastAPI:
    site = FastAPI()

    @site.get("/")
    def home() -> str:
        return "home"

    return site


def cellar(site: FastAPI, opened: list[str]) -> Rooms:
    """Rooms of which the cellar is closed; opening it is noted."""

    def furnish() -> None:
        opened.append("cellar")
        site.add_api_route("/cellar/{shelf}", lambda shelf: f"shelf {shelf}", name="shelf")

    rooms = Rooms()
    rooms.close_off("/cellar", furnish)
    site.add_middleware(Doors, rooms)
    return rooms


def test_a_room_is_opened_by_the_first_who_comes_in(site: FastAPI):
    opened: list[str] = []
    cellar(site, opened)

    with Browser(site) as client:
        assert client.send("GET", "/").json() == "home"
        assert client.send("GET", "/cellars").status_code == 404
        assert opened == []

        assert client.send("GET", "/cellar/2").json() == "shelf 2"
        assert client.send("GET", "/cellar/3").json() == "shelf 3"

    assert opened == ["cellar"]


def test_what_is_not_in_a_room_is_not_found_there(site: FastAPI):
    opened: list[str] = []
    cellar(site, opened)

    with Browser(site) as client:
        assert client.send("GET", "/cellar").status_code == 404
        assert client.send("POST", "/cellar/2").status_code == 405

    assert opened == ["cellar"]


def test_many_who_come_at_once_open_it_once(site: FastAPI):
    opened: list[str] = []
    rooms = Rooms()
    all_are_here = threading.Barrier(8)

    def furnish() -> None:
        opened.append("cellar")

    def come_in() -> str | None:
        all_are_here.wait()
        rooms.open("/cellar")
        return rooms.closed_at("/cellar/2")

    rooms.close_off("/cellar", furnish)
    with ThreadPoolExecutor(8) as people:
        found = [each.result() for each in [people.submit(come_in) for _ in range(8)]]

    assert opened == ["cellar"]
    assert found == [None] * 8


def test_a_room_that_could_not_be_opened_is_tried_again():
    tries: list[str] = []
    rooms = Rooms()

    def furnish() -> None:
        tries.append("cellar")
        if len(tries) == 1:
            raise ImportError("The stairs are blocked.")

    rooms.close_off("/cellar", furnish)

    with pytest.raises(ImportError):
        rooms.open("/cellar")
    assert rooms.closed_at("/cellar") == "/cellar"
    rooms.open("/cellar")
    assert rooms.closed_at("/cellar") is None
    assert tries == ["cellar", "cellar"]


def test_an_address_in_a_closed_room_opens_it(site: FastAPI):
    opened: list[str] = []
    addresses = Addresses(site, cellar(site, opened))

    assert addresses.url_for("home") == "/"
    assert opened == []
    assert addresses.url_for("shelf", shelf="2") == "/cellar/2"
    assert opened == ["cellar"]


def test_an_address_opens_the_room_that_bears_its_name_and_leaves_the_others(site: FastAPI):
    opened: list[str] = []
    rooms = Rooms()
    for name in ("attic", "cellar"):
        rooms.close_off(f"/{name}", partial(_furnish, site, name, opened))
    addresses = Addresses(site, rooms)

    assert addresses.url_for("cellar.shelf", shelf="2") == "/cellar/2"
    assert opened == ["cellar"]
    with pytest.raises(NoMatchFound):
        addresses.url_for("nowhere.at_all")
    assert opened == ["cellar", "attic"]


def _furnish(site: FastAPI, name: str, opened: list[str]) -> None:
    opened.append(name)
    site.add_api_route(f"/{name}/{{shelf}}", lambda shelf: shelf, name=f"{name}.shelf")
