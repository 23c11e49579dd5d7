"""Article numbers of the trade."""

import pytest

from webapp.catalogue.gtin import is_valid_gtin


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("4006381333931", True),
        ("4006381333932", False),
        ("036000291452", True),
        ("96385074", True),
        ("10012345678902", True),
        ("0-306-40615-2", True),
        ("080442957X", True),
        ("", False),
        ("४००६३८१३३३९३१", False),
        ("123", False),
    ],
)
def test_the_check_digit_of_a_barcode(text: str, valid: bool) -> None:
    assert is_valid_gtin(text) is valid
