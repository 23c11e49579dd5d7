"""Names of attributes in files, where the name is not the code and where two have one name."""

from pathlib import Path

import pytest
from sqlmodel import select

from tests.exchange.test_importing import bring, counted
from tests.factories.catalogue import make_product
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import Attribute, AttributeType
from webapp.exchange.shell import export_file
from webapp.exchange.terms import Terms
from webapp.exchange.writing import DIALECTS
from webapp.kit.actors import SYSTEM
from webapp.main import OpenShop

KNOWN = (
    ("length", "Length"),
    ("yarn-length", "Length"),
    ("origin", "Made in"),
    ("wash-at", "Wash at"),
    ("made", "Origin"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Length", "length"),
        ("LENGTH", "length"),
        ("yarn-length", "yarn-length"),
        ("Made in", "origin"),
        ("Origin", "made"),
        ("wash-at", "wash-at"),
        ("Wash at", "wash-at"),
        ("made", "made"),
        ("Something new", "something-new"),
    ],
)
def test_the_name_decides_and_a_code_is_understood(said: str, meant: str) -> None:
    assert Terms(KNOWN).code(said) == meant


def test_what_a_file_calls_them_finds_them_again() -> None:
    terms = Terms(KNOWN)
    called = {code: terms.name(code, name) for code, name in KNOWN}

    assert called == {**dict(KNOWN), "yarn-length": "yarn-length"}
    assert {code: terms.code(name) for code, name in called.items()} == {c: c for c in called}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_shop_takes_its_own_export_for_what_it_has(
    shop: OpenShop, tmp_path: Path, dialect: str
) -> None:
    with shop.database.writing() as session:
        for code, name in KNOWN:
            catalogue.create_attribute(
                session, SYSTEM, code=code, name=name, type=AttributeType.text
            )
        values = {"length": "2 m", "yarn-length": "210 m", "origin": "Portugal", "made": "1957"}
        make_product(session, "Wool", attributes=values)
    file = tmp_path / "own.csv"
    rows = export_file(shop.database, file, dialect=dialect)

    planned, done = bring(shop, file, dry_run=True), bring(shop, file)

    assert counted(planned) == counted(done) == [0, 0, rows, 0, 0]
    with shop.database.reading() as session:
        codes = session.exec(select(Attribute.code).order_by(Attribute.code)).all()
    assert codes == ["length", "made", "origin", "wash-at", "yarn-length"]
