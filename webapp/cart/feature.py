"""The cart. Owns carts and their lines. A cart promises nothing: no price, no stock.

It is known by a random id in a signed cookie; a visitor has none until the first thing goes in.
"""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.cart.handlers import handlers
    from webapp.cart.personal import personal

    return Behind(handlers=handlers, personal=personal)


cart = Feature(
    "cart",
    pages=Late("webapp.cart.pages:pages", under=("/cart", "/me"), joins=False),
    behind=behind,
)
