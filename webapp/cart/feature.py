"""The cart. Owns carts and their lines. A cart promises nothing: no price, no stock.

It is known by a random id in a signed cookie; a visitor has none until the first thing goes in.
"""

from webapp.cart.handlers import handlers
from webapp.cart.pages import pages
from webapp.cart.personal import personal
from webapp.feature import Feature

cart = Feature("cart", pages=pages, handlers=handlers, personal=personal)
