"""The feature backoffice."""

from webapp.feature import Feature

backoffice = Feature("backoffice")
