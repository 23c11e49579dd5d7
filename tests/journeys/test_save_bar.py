"""The bar that stays at the foot of a long form covers nothing that somebody works with."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.chromium import DESKTOP, PHONE, Person
from tests.journeys.test_every_page import axe, violations
from tests.journeys.test_office import signed_in

__all__ = ["axe"]  # a fixture

pytestmark = pytest.mark.timeout(600)

LOW = {"width": 640, "height": 360}
"""A phone on its side, or a page at 200 %."""
TARGETS = {"type": "rule", "values": ["target-size"]}
COVERED = """() => {
    const bar = document.querySelector('.save-bar')
    const top = () => bar.getBoundingClientRect().top
    const hidden = []
    const all = '#product-form :is(a, button, input, select, textarea, summary)'
    for (const one of document.querySelectorAll(all)) {
        if (bar.contains(one) || one.tabIndex < 0 || !one.checkVisibility()) continue
        one.focus()
        const box = one.getBoundingClientRect()
        if (document.activeElement === one && box.bottom > top() + 1 && box.height < 200)
            hidden.push(one.name || one.textContent.trim() || one.outerHTML.slice(0, 80))
    }
    return hidden
}"""


def test_what_has_the_focus_is_seen_and_what_is_seen_can_be_hit(
    person: Callable[..., Person], axe: str
) -> None:
    """WCAG 2.2: 2.4.11 focus not obscured, 2.5.8 target size; however far the page is scrolled."""
    clerk = signed_in(person, viewport=DESKTOP, bypass_csp=True, reduced_motion="reduce")
    page = clerk.opens("/admin/products")
    page.get_by_role("link", name="Enamel pot").first.click()
    page.locator("#product-form").wait_for()
    page.evaluate(axe)

    faults = []
    for viewport in (DESKTOP, PHONE, LOW):
        page.set_viewport_size(viewport)
        size = f"{viewport['width']} x {viewport['height']}"
        faults += [f"{size}: focus covered: {each}" for each in page.evaluate(COVERED)]
        for top in range(0, height_of(page), 390):
            page.evaluate("top => scrollTo({ top, behavior: 'instant' })", top)
            faults += [f"{size} at {top}: {each}" for each in violations(page, TARGETS)]

    assert faults == [], "\n".join(faults)


def height_of(page: Page) -> int:
    height: int = page.evaluate("document.documentElement.scrollHeight")
    return height
