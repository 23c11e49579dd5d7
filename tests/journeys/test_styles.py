"""A browser reads the same rules from the style sheets as they lie here and as they are served."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from webapp.web.stylesheets import shrunk

STYLES = sorted((Path(__file__).parents[2] / "static/css").glob("*.css"))
RULES = """css => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    return Array.from(sheet.cssRules, rule => rule.cssText)
}"""


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_what_is_left_out_means_nothing_to_a_browser(browser_program: Chromium, path: Path) -> None:
    page = browser_program.new_page()
    css = path.read_text()

    before, after = page.evaluate(RULES, css), page.evaluate(RULES, shrunk(css))
    page.close()

    assert len(before) > 0
    assert [steady(rule) for rule in after] == [steady(rule) for rule in before]


def steady(rule: str) -> str:
    """A custom property is kept as it was written, with the space behind its commas."""
    return rule.replace(", ", ",")
