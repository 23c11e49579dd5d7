"""The operator's side: serving, health, readiness, the audit of the books. Owns no table."""

from webapp.feature import Feature
from webapp.ops.pages import pages

ops = Feature("ops", pages=pages)
