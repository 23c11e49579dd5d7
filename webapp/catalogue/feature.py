"""The feature catalogue."""

from webapp.feature import Feature

catalogue = Feature("catalogue")
