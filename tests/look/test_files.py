"""The budget, the contrast and the papers of what lies in static/."""

import hashlib
import re

import pytest

from tests.look.sample import ROOT, STATIC
from webapp.web.stylesheets import shrunk

STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = [*sorted((STATIC / "js").glob("*.js")), *sorted((STATIC / "vendor").glob("htmx-*.js"))]
FONTS = sorted((STATIC / "fonts").glob("*.woff2"))

MOST_CSS = 30_000
MOST_SCRIPT = 80_000
MOST_FONT = 90_000

TEXTS = [
    ("ink", "paper"), ("ink", "raised"), ("ink", "sunk"), ("ink", "accent-soft"),
    ("ink", "good-soft"), ("ink", "warn-soft"), ("ink", "bad-soft"),
    ("muted", "paper"), ("muted", "raised"), ("muted", "sunk"), ("muted", "accent-soft"),
    ("accent", "paper"), ("accent", "raised"), ("accent", "sunk"), ("accent", "accent-soft"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"),
    ("good", "paper"), ("good", "raised"), ("good", "good-soft"),
    ("warn", "paper"), ("warn", "raised"), ("warn", "warn-soft"),
    ("bad", "paper"), ("bad", "raised"), ("bad", "bad-soft"), ("bad", "sunk"),
]  # fmt: skip
SIGNS = [
    ("edge", "paper"), ("edge", "raised"), ("accent", "line"),
    ("accent", "paper"), ("good", "good-soft"), ("bad", "bad-soft"),
]  # fmt: skip


def test_all_style_sheets_together_stay_small():
    """As they are served, before compression."""
    assert sum(len(shrunk(path.read_text()).encode()) for path in STYLES) < MOST_CSS


def test_all_script_together_stays_small():
    assert sum(path.stat().st_size for path in SCRIPTS) < MOST_SCRIPT


def test_the_fonts_of_one_page_stay_small():
    assert sum(path.stat().st_size for path in FONTS) < MOST_FONT


def test_nothing_is_asked_of_another_place():
    namespace = "http://www.w3.org/"
    for path in [*STYLES, *(STATIC / "js").glob("*.js")]:
        assert "//" not in _without_comments(path.read_text().replace(namespace, "")), path.name


def test_every_style_sheet_keeps_to_its_layers():
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/|@layer [^{;]*;", "", path.read_text(), flags=re.DOTALL)
        at_top = [start for start in _rules_at_top(text) if start != "@font-face"]
        assert [start for start in at_top if not start.startswith("@layer ")] == [], path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXTS)
def test_texts_can_be_read(scheme, front, back):
    assert _contrast(_token(front, scheme), _token(back, scheme)) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SIGNS)
def test_signs_can_be_seen(scheme, front, back):
    assert _contrast(_token(front, scheme), _token(back, scheme)) >= 3


def test_what_others_made_is_listed_as_it_lies_here():
    text = (STATIC / "vendor/README.md").read_text()
    listed = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", text))
    there = [
        *(STATIC / "vendor").rglob("*.js"),
        *(STATIC / "vendor").rglob("*.css"),
        *FONTS,
        STATIC / "icons.svg",
    ]
    found = {
        str(path.relative_to(STATIC)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in there
    }
    assert found == listed


def test_what_others_made_comes_with_its_licence():
    text = (STATIC / "vendor/README.md").read_text()
    licences = set(re.findall(r", `([^`]*LICENSE)` \|", text))
    assert len(licences) == 6
    assert [name for name in licences if not (STATIC / name).is_file()] == []


def test_the_macros_are_all_told_of():
    told = (ROOT / "docs/look.md").read_text()
    made = {
        name
        for path in (ROOT / "templates/ui").glob("*.html")
        for name in re.findall(r"{% macro ([a-z]\w*)\(", path.read_text())
    }
    assert {name for name in made if f"ui.{name}(" not in told} == set()


def _rules_at_top(css: str) -> list[str]:
    """What stands before each brace that is not inside another."""
    found, depth, start = [], 0, 0
    for at, char in enumerate(css):
        if char == "{":
            if depth == 0:
                found.append(css[start:at].strip())
            depth += 1
        elif char == "}":
            depth -= 1
            start = at + 1
    assert depth == 0
    return found


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//.*$|\s// .*$", "", text, flags=re.DOTALL | re.MULTILINE)


def _token(name: str, scheme: str) -> tuple[float, float, float]:
    text = (STATIC / "css/tokens.css").read_text()
    light, dark = re.search(rf"--{name}: light-dark\(#(\w+), #(\w+)\)", text).groups()
    digits = light if scheme == "light" else dark
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return tuple(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))


def _contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The ratio of WCAG 2.2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
