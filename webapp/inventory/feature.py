"""Inventory. Owns the counters of every variant and the ledger that they are the sum of.

States what happens to stock (``stock.changed``, ``stock.low``, ``stock.out``, ``stock.back``) and
keeps the catalogue's ``is_available`` in step.
"""

from webapp.feature import Behind, Feature


def behind() -> Behind:
    from webapp.inventory.portraits import PORTRAITS

    return Behind(portraits=PORTRAITS)


inventory = Feature(
    "inventory", permissions={"stock:write": "Receive, count and adjust stock"}, behind=behind
)
