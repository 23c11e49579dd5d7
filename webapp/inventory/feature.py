"""Inventory. Owns the counters of every variant and the ledger that they are the sum of.

States what happens to stock (``stock.changed``, ``stock.low``, ``stock.out``, ``stock.back``) and
keeps the catalogue's ``is_available`` in step.
"""

from webapp.feature import Feature
from webapp.inventory.portraits import PORTRAITS

inventory = Feature(
    "inventory",
    permissions={"stock:write": "Receive, count and adjust stock"},
    portraits=PORTRAITS,
)
