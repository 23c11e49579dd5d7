"""The operator's side: serving, health, figures, the audit of the books. Owns no table."""

from webapp.feature import Feature
from webapp.ops.pages import pages

ops = Feature(
    "ops",
    pages=pages,
    permissions={"ops:read": "See how the server is: its health in detail and its figures"},
)
