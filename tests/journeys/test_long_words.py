"""Other people's words are long: no page may become wider than the phone it is read on."""

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.chromium import Live, Person
from tests.factories.catalogue import make_category, make_product
from tests.factories.shop import OWNER, PASSWORD
from webapp.catalogue.drafts import VariantSave

NARROWEST = 320
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
"""A real one. WCAG 2.2 asks in 1.4.10 that nobody has to scroll sideways for it."""


def test_a_long_word_makes_no_page_wider_than_a_narrow_phone(browser_program: Chromium, live: Live):
    paths = put_on_the_shelves(live)
    person = Person(browser_program, live, viewport={"width": NARROWEST, "height": 800})
    person.opens(paths["product"])
    person.clicks("button", "Add to cart")
    expect(person.page.locator("#cart-count")).to_contain_text("1")
    person.opens("/admin/sign-in")
    person.writes("Email", OWNER)
    person.writes("Password", PASSWORD)
    person.clicks("button", "Sign in")
    person.page.wait_for_url("**/admin")

    widths = {}
    for path in (*paths.values(), "/products", f"/search?q={WORD}", "/cart", "/checkout"):
        page = person.opens(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    person.leaves()

    assert widths == dict.fromkeys(widths, NARROWEST)


def put_on_the_shelves(live: Live) -> dict[str, str]:
    """Something whose every name is that word; gives its addresses."""
    with live.app.state.database.writing() as session:
        shelf = make_category(session, WORD)
        product = make_product(
            session,
            WORD,
            brand=WORD,
            tags=[WORD],
            body=f"<p>{WORD}</p>",
            category_id=shelf.id,
            variants=[
                VariantSave(values={WORD: value}, fields={"price_minor": price, "sku": value})
                for value, price in ((WORD, 123_456_789), (WORD[::-1], 987_654_321))
            ],
        )
        return {
            "product": f"/products/{product.slug}",
            "shelf": f"/categories/{shelf.slug}",
            "editor": f"/admin/products/{product.public_id}",
            "list": f"/admin/products?q={WORD}",
            "shelf editor": f"/admin/categories/{shelf.public_id}",
        }
