"""Prices. Owns tax rates and shipping methods, and the pure calculation of what an order costs."""

from webapp.feature import Feature

pricing = Feature("pricing")
