"""Refusals about stock."""

from collections.abc import Mapping

from webapp.kit.errors import Refused


class OutOfStock(Refused):
    """Something wanted is not there. The fact ``left`` says how many are, by variant id."""

    title = "Sold out"

    def __init__(self, detail: str, *, left: Mapping[int, int]) -> None:
        super().__init__(detail, left=dict(left))
        self.left = dict(left)


class StockIsPromised(Refused):
    """The change would take away what customers have already bought."""

    title = "These are already sold"


class NothingToMove(Refused):
    """More is to be released or shipped than was ever taken."""

    title = "There is not that much to move"
