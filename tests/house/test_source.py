"""What reviewers should not have to say twice about the source."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.accounts.permissions import PERMISSIONS, ROLES
from webapp.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "webapp"

MOST_LINES = 450
MOST_LINES_OF_TESTS = 550
"""Tests of one form have many short cases; beyond this they are two scenarios."""

MONEY_ROOMS = ("kit/money.py", "pricing", "orders", "payments", "cart", "checkout")


def sources(*places: str) -> Iterator[Path]:
    """Our modules; the demo's drawing programs are tools that no shop runs."""
    for place in places:
        path = SHOP / place
        found = [path] if path.is_file() else sorted(path.rglob("*.py"))
        yield from (each for each in found if "studio" not in each.parts)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """The name of everything that is called, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def told(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_only_the_database_ends_a_transaction():
    ended = [
        told(path, line)
        for path in sources(".")
        if path != SHOP / "runtime/db.py"
        for name, line in calls(path)
        # A savepoint is a part of a transaction that a command may give up.
        if name.endswith((".commit", ".rollback")) and name != "savepoint.rollback"
    ]
    assert ended == []


def test_money_is_never_a_float_and_is_rounded_by_our_own_rule():
    found = [
        f"{told(path, line)} {name}"
        for path in sources(*MONEY_ROOMS)
        for name, line in calls(path)
        if name in {"float", "round"}
    ]
    assert found == []


def test_no_amount_of_money_is_written_as_a_float():
    found = [
        told(path, node.lineno)
        for path in sources(*MONEY_ROOMS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert found == []


def test_nothing_tells_the_time_but_the_clock():
    """Else a test that moves the clock proves nothing about what did not look at it."""
    asked = [
        told(path, line)
        for path in sources(".")
        if path != SHOP / "kit/clock.py"
        for name, line in calls(path)
        if name.endswith((".utcnow", ".today", "datetime.now"))
    ]
    assert asked == []


def test_only_the_settings_read_the_environment():
    found = [
        str(path.relative_to(ROOT))
        for path in sources(".")
        if re.search(r"os\.environ|os\.getenv", path.read_text())
    ]
    assert found == []


def test_files_stay_one_room_each():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources("."), *(ROOT / "templates").rglob("*.html")]
        if "versions" not in path.parts
        and (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    tests = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "tests").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES_OF_TESTS
    }
    assert long | tests == {}


def test_drawers_for_anything_do_not_exist():
    names = {"utils", "helpers", "manager", "service", "services", "common", "misc", "crud"}
    found = [*sources("."), *(ROOT / "tests").rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in found if path.stem in names] == []


def test_the_locks_name_no_registry():
    for path in (ROOT / "deploy/lock").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, path.name
        assert "--hash=sha256:" in text, path.name
    packages = json.loads((ROOT / "tests/tools/package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all(package["integrity"] for name, package in packages.items() if name)


def tracked() -> list[Path]:
    """Every file that git knows, as it lies here; a skip where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git is absent, or this is not a clone")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_knows_the_machine_it_was_written_on():
    # Written so that this file does not match itself.
    traces = re.compile(
        rb"/(?:work|root)/(?:main|shared|\.)|py[p]i\.org|pythonhosted\.[o]rg|npmj[s]\.org"
    )
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8000] and (hit := traces.search(content)):
            found[str(path.relative_to(ROOT))] = hit.group().decode()
    assert found == {}


def test_nothing_is_tracked_that_is_made_here():
    made = {".db", ".pyc", ".sqlite", ".log"}
    found = [str(path.relative_to(ROOT)) for path in tracked() if path.suffix in made]
    found += [str(p.relative_to(ROOT)) for p in tracked() if p.parts[-2:-1] == ("var",)]
    assert found == []


def test_every_setting_is_told_of():
    """``.env.example`` has a line for each, and none for what is not there."""
    text = (ROOT / ".env.example").read_text()
    listed = re.findall(r"^#? ?(VITRINE_[A-Z_]+)=", text, re.MULTILINE)
    fields = {f"VITRINE_{name.upper()}" for name in Settings.model_fields}
    assert sorted(listed) == sorted(fields)


def test_commands_are_executable_and_say_what_they_do():
    for path in (ROOT / "bin").iterdir():
        first, second, *_ = path.read_text().splitlines()
        assert path.stat().st_mode & 0o111, path.name
        assert first.startswith("#!"), path.name
        assert second.startswith("# "), path.name


ASKED_FOR = re.compile(r"""(?:\.must|\.may)\("([\w:]+)"\)|needs="([\w:]+)\"""")


def test_every_right_that_is_asked_for_is_one_that_a_role_can_hold():
    """A name that nobody has would lock its room for good, and the owner would not know why."""
    places = [*sources("."), *(ROOT / "templates").rglob("*.html")]
    asked = {one or other for path in places for one, other in ASKED_FOR.findall(path.read_text())}

    assert "orders:write" in asked
    assert sorted(asked - set(PERMISSIONS)) == []
    assert sorted(set().union(*ROLES.values()) - set(PERMISSIONS)) == []
