"""The feature inventory."""

from webapp.feature import Feature

inventory = Feature("inventory")
