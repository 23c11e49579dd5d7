import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.whole_files import read
from webapp.exchange import grouping
from webapp.exchange.dialects import recognised
from webapp.exchange.grouping import products
from webapp.exchange.lines import Choices
from webapp.exchange.reading import inspect, rows

HEADER = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant SKU\n"


def lines(order: list[int]) -> str:
    """Three products of three variants each, in this order of rows."""
    return HEADER + "".join(
        f"p{n // 3},{'Product' if n % 3 == 0 else ''} {n // 3},Size,V{n % 3},1,S{n}\n"
        for n in order
    )


@given(st.permutations(range(9)))
def test_the_order_of_rows_does_not_change_what_belongs_together(order: list[int]) -> None:
    found = read(lines(order))

    assert not found.problems()
    assert found.numbers == list(range(1, 10))
    assert {
        record.handle: sorted(str(v.sku) for v in record.variants) for record in found.records
    } == {"p0": ["S0", "S1", "S2"], "p1": ["S3", "S4", "S5"], "p2": ["S6", "S7", "S8"]}


def test_rows_that_wait_long_are_put_aside_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    order = [0, 3, 6, 1, 4, 7, 2, 5, 8]
    whole = read(lines(order))

    monkeypatch.setattr(grouping, "_IN_MEMORY", 20)
    aside = read(lines(order))

    assert aside.records == whole.records
    assert [r.rows for r in aside.records] == [r.rows for r in whole.records]


def test_a_product_leaves_as_soon_as_its_last_row_has_come() -> None:
    data = lines([0, 1, 2, 3, 4, 5]).encode()
    layout = inspect(data)
    dialect = recognised(layout.header, Choices())
    assert dialect is not None
    read_so_far: list[int] = []

    def watched() -> Iterator[grouping.Row]:
        read_so_far.clear()
        for row in rows(data, layout):
            read_so_far.append(row.number)
            yield row

    first = next(iter(products(watched, dialect)))

    assert len(first.variants) == 3  # type: ignore[union-attr]
    assert read_so_far == [1, 2, 3]


def test_empty_rows_are_left_without_blame() -> None:
    found = read(HEADER + "a,A,,,1,X\n,,,,,\nb,B,,,1,Y\n")

    assert [(row.number, row.is_refused) for row in found.left] == [(2, False)]
    assert found.numbers == [1, 2, 3]


def test_memory_does_not_grow_with_the_texts_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("Handle,Title,Body (HTML),Vendor\n")
        file.writelines(f"p{n},P,{'x' * 20_000},V\n" for n in range(1000))
    layout = inspect(path)
    dialect = recognised(layout.header, Choices())
    assert dialect is not None

    tracemalloc.start()
    count = sum(1 for _ in products(lambda: rows(path, layout), dialect))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 1000
    assert peak < 3_000_000 < path.stat().st_size / 5
