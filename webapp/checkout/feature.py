"""Checkout: one page from cart to order. Owns no table: what is typed is kept with the cart."""

from webapp.checkout.pages import pages
from webapp.feature import Feature

checkout = Feature("checkout", pages=pages)
