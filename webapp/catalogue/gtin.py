"""Article numbers of the trade: EAN, UPC, ISBN and their check digits."""

from stdnum import ean, isbn


def is_valid_gtin(text: str) -> bool:
    """Whether ``text`` is an EAN-8, UPC-A, EAN-13, GTIN-14 or ISBN with a right check digit.

    Spaces and hyphens are allowed. Forms refuse others; imports warn and keep what is printed.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not digits.isascii():
        return False
    if len(digits) == 10:
        return bool(isbn.is_valid(digits))
    return bool(ean.is_valid(digits))
