"""Refusals of the catalogue."""

from webapp.kit.errors import Invalid, NotFound, Refused


class Moved(NotFound):
    """It had this address once. The fact ``to`` is its address now: redirect for good."""

    title = "It has moved"

    def __init__(self, detail: str, *, to: str) -> None:
        super().__init__(detail, to=to)
        self.to = to


class SlugTaken(Invalid):
    title = "That address is taken"


class SkuTaken(Invalid):
    """The facts name the product that has the article number."""

    title = "That article number is taken"


class CategoryNotEmpty(Refused):
    title = "The category has categories below it"


class CategoryInItself(Refused):
    title = "A category cannot stand below itself"


class LastVariant(Refused):
    title = "A product needs a variant"


class ProductWasSold(Refused):
    title = "The product was ordered"


class VariantsAlike(Invalid):
    """Two variants would make the same choice on every axis."""

    title = "Two variants are the same"


class VariantIncomplete(Invalid):
    """A variant makes no choice, or an unknown one, on some axis."""

    title = "A variant lacks a choice"


class TooManyVariants(Invalid):
    title = "Too many variants"
