"""The few kinds of refusal. A feature names its own (``class EmptyCart(Refused)``) in its
``errors.py``; only ``web.failures`` knows which status code each kind becomes.

The text of a refusal is a sentence for the person who asked; its facts are for machines
(they appear in the JSON problem document). Neither may hold anything that person must not see.
"""

from __future__ import annotations


class ShopError(Exception):
    """Something that we say no to on purpose. Raise one of the kinds below, never this."""

    title = "That did not work"

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class Invalid(ShopError):
    """What was sent cannot be understood or is out of bounds.

    The fact ``field`` names the input to blame, where there is one.
    """

    title = "Please check what you entered"


class Refused(ShopError):
    """A rule of the shop forbids it in the present state of things."""

    title = "Not possible right now"


class NotFound(ShopError):
    """There is no such thing, or it is not yours to know about."""

    title = "Not found"


class SignInNeeded(ShopError):
    """Nobody is signed in, and this is only for somebody who is."""

    title = "Please sign in"


class NotAllowed(ShopError):
    """We know who is asking, and they may not do this."""

    title = "Not allowed"


class TooMany(ShopError):
    """Asked too often. The fact ``retry_after`` is the number of seconds to wait."""

    title = "Too many tries"


class Unavailable(ShopError):
    """Something we depend on does not answer; trying later may work.

    The fact ``retry_after``, where known, is the number of seconds to wait.
    """

    title = "Temporarily unavailable"
