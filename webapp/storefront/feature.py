"""The feature storefront."""

from webapp.feature import Feature

storefront = Feature("storefront")
