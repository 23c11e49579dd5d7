"""The feature exchange."""

from webapp.feature import Feature

exchange = Feature("exchange")
