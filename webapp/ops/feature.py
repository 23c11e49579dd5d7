"""The feature ops."""

from webapp.feature import Feature

ops = Feature("ops")
