"""Checkout: one page from cart to order. Owns no table: what is typed is kept with the cart."""

from webapp.feature import Feature, Late

checkout = Feature("checkout", pages=Late("webapp.checkout.pages:pages", under=("/checkout",)))
