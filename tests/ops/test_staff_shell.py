"""``vitrine staff``: a link is printed, unless the operator pipes a password of their own."""

import re

import pytest
from typer.testing import CliRunner

from webapp.accounts import passwords, queries
from webapp.cli import app as cli
from webapp.kit.errors import ShopError
from webapp.ops import serving

NEW = "correct horse battery"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/admin/password/\S+)")


@pytest.fixture
def vitrine(settings, monkeypatch, app):
    monkeypatch.setenv("VITRINE_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("VITRINE_JOB_THREADS", "0")

    def run(*words, piped=None):
        words = ["staff", *words, "--data", str(settings.data_dir)]
        done = CliRunner().invoke(cli, words, input=piped)
        if isinstance(done.exception, ShopError):
            raise done.exception
        return done.output

    return run


def stored(db, email="ada@example.com"):
    db.rollback()
    db.expire_all()
    person = queries.by_email(db, email)
    return person and person.password_hash


def test_a_link_is_printed_by_which_a_colleague_chooses_the_password(vitrine, browser, db):
    for words in (["add", "ada@example.com", "--role", "editor"], ["password", "ada@example.com"]):
        said = vitrine(*words)
        before = stored(db)

        browser.get(LINK.search(said)[1]).submit("#password-form form", password=NEW + words[0])

        assert not passwords.matches(NEW + words[0], before)
        assert passwords.matches(NEW + words[0], stored(db))


def test_the_operator_pipes_a_password_of_their_own(vitrine, db):
    said = vitrine("add", "ada@example.com", "--password-stdin", piped=f"{NEW}\n")
    assert (LINK.search(said), passwords.matches(NEW, stored(db))) == (None, True)

    vitrine("password", "ada@example.com", "--password-stdin", piped="another calm goose")
    assert passwords.matches("another calm goose", stored(db))

    for piped in ("short\n", "", "\n"):
        with pytest.raises(ShopError):
            vitrine("add", "bob@example.com", "--password-stdin", piped=piped)
    assert stored(db, "bob@example.com") is None


def test_a_role_is_changed_and_somebody_shut_out_and_let_in(vitrine, db):
    for role in ("editor", "owner"):
        vitrine("add", f"{role}@example.com", "--role", role, "--password-stdin", piped=f"{NEW}\n")

    vitrine("role", "Editor@example.com", "viewer")
    vitrine("close", "editor@example.com")
    assert vitrine("list").split("\n")[:2] == [
        "editor@example.com  viewer  (closed)",
        "owner@example.com  owner",
    ]
    vitrine("open", "editor@example.com")
    assert "editor@example.com  viewer\n" in vitrine("list")

    for words in (
        ["close", "owner@example.com"],
        ["role", "owner@example.com", "editor"],
        ["role", "editor@example.com", "emperor"],
    ):
        with pytest.raises(ShopError):
            vitrine(*words)
    assert "Nobody works here" in vitrine("close", "nobody@example.com")
    assert "owner@example.com  owner\n" in vitrine("list")


def test_a_fresh_demo_shop_prints_a_sign_in_until_its_owner_has_come(
    settings, app, browser, database, db
):
    serving.first_staff(database)
    serving.first_staff(database)
    first, second = (serving.first_sign_in(database) for _ in range(2))
    said = serving.greeting(settings, without_staff=False, address="http://a", first=second)

    assert "Staff sign-in:  owner@example.com" in said
    folders = f"--data {settings.data_dir} --uploads {settings.uploads_dir}"
    assert f"vitrine import FILE.csv {folders}," in said
    assert f"vitrine staff password owner@example.com --data {settings.data_dir})" in said
    assert "bin/serve --empty" in said
    empty = serving.greeting(settings, without_staff=True, address="http://a")
    assert "bin/serve --empty" not in empty
    assert browser.get(LINK.search(first.link)[1]).status == 404
    door = browser.get(LINK.search(said)[1]).submit("#password-form form", password=NEW)
    home = door.submit("#sign-in-form", email="owner@example.com", password=NEW)
    assert (home.path, home.status) == ("/admin", 200)
    assert [person.role for person in queries.staff(db)] == ["owner"]
    assert serving.first_sign_in(database) is None
