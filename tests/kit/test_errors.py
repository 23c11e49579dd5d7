import pytest

from webapp.kit import errors


@pytest.mark.parametrize(
    "kind",
    [
        errors.Invalid,
        errors.Refused,
        errors.NotFound,
        errors.SignInNeeded,
        errors.NotAllowed,
        errors.TooMany,
        errors.Unavailable,
    ],
)
def test_a_refusal_carries_a_sentence_and_facts(kind: type[errors.ShopError]) -> None:
    refusal = kind("Only two are left.", left=2)
    assert isinstance(refusal, errors.ShopError)
    assert str(refusal) == refusal.detail == "Only two are left."
    assert refusal.facts == {"left": 2}
    assert refusal.title != errors.ShopError.title
