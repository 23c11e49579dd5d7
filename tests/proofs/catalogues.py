"""Every catalogue of other people that lies beside the repository, brought in whole.

Each goes into an empty shop of its own: the check and the import count the same rows, a second time
changes nothing, and what the shop writes, in each dialect, changes nothing here and makes the same
catalogue in another empty shop. The quick form takes the beginning of the large ones;
the others are among the tests.
"""

import json
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog
import yaml

from tests.exchange.whole_files import LARGE, SHARED, SMALL
from tests.proofs.shops import settings_of
from webapp.exchange.shell import export_file, import_file
from webapp.exchange.writing import DIALECTS
from webapp.main import OpenShop, open_shop
from webapp.ops.audit import audit

CATALOGUES = (
    *SMALL,
    "spree-sample/product_translations.csv",
    "shopify-liquid-vision/vision.database.yml",
    "saleor-db/populatedb_data.json",
    *LARGE,
)
"""The small ones first."""
FIRST = {"prestashop/combinations_import.csv": "prestashop/products_import.csv"}
"""A file that speaks of what another one brings."""
QUICK_LINES = 30

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one catalogue."""

    counts: Counts
    seconds: float
    """Of the first import."""
    faults: list[str]

    def line(self, name: str) -> str:
        told = ", ".join(f"{what} {count}" for what, count in self.counts.items())
        return f"  {name}: {told}; {self.seconds:.1f} s" + "".join(f"; {f}" for f in self.faults)


def prove(quick: bool, _seed: int, only: str = "") -> str:
    """Bring each in. Raises ``AssertionError`` with a line for each where one does not hold."""
    if not SHARED.exists():
        return "catalogues: the catalogues of other people are not beside the repository"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    names = [name for name in CATALOGUES if only in name]
    lines, faults, rows = [], 0, 0
    for name in LARGE if quick else names:
        with tempfile.TemporaryDirectory() as folder:
            first = _source(SHARED / FIRST[name], Path(folder), quick) if name in FIRST else None
            came = _brought(_source(SHARED / name, Path(folder), quick), first, Path(folder))
        lines.append(came.line(name))
        sys.stderr.write(f"{lines[-1]}\n")
        faults += len(came.faults)
        rows += came.counts.get("rows", 0)
    told = "\n".join([f"catalogues: {len(lines)} files, {rows} rows, {faults} faults", *lines])
    assert not faults, told
    return told


def _source(file: Path, folder: Path, quick: bool) -> Path:
    """The file as a merchant would have it. Vision's is the YAML of a tool, so it becomes JSON."""
    if file.suffix == ".yml":
        products = yaml.safe_load(file.read_text(encoding="utf-8"))["products"]
        written = folder / "products.json"
        written.write_text(json.dumps(products, default=str), encoding="utf-8")
        return written
    if quick and file.suffix == ".csv":
        with file.open("rb") as whole:
            lines = [line for line, _ in zip(whole, range(QUICK_LINES), strict=False)]
        written = folder / file.name
        written.write_bytes(b"".join(lines))
        return written
    return file


def _brought(file: Path, before: Path | None, folder: Path) -> Came:
    faults: list[str] = []

    def expect(what: str, found: object, wanted: object) -> None:
        if found != wanted:
            faults.append(f"{what}: {found} instead of {wanted}")

    with ExitStack() as stack:
        shops = _shops(folder, stack)
        shop = next(shops)
        if before is not None:
            _bring(shop, before)
        planned = _bring(shop, file, dry_run=True)
        began = time.perf_counter()
        first = _bring(shop, file)
        seconds = time.perf_counter() - began
        second = _bring(shop, file)
        expect("the check", planned, first)
        expect("the sum", sum(n for what, n in first.items() if what != "rows"), first["rows"])
        expect("a second time", (second["created"], second["changed"]), (0, 0))
        for dialect in DIALECTS:
            _there_and_back(shop, next(shops), folder, dialect, expect)
        expect("the audit", audit(shop.database).findings, {})
    return Came(first, seconds, faults)


def _there_and_back(
    shop: OpenShop,
    other: OpenShop,
    folder: Path,
    dialect: str,
    expect: Callable[[str, object, object], None],
) -> None:
    out, again = folder / f"{dialect}.csv", folder / f"{dialect}-again.csv"
    rows = export_file(shop.database, out, dialect=dialect)
    expect(f"{dialect} here", _bring(shop, out)["unchanged"], rows)
    expect(f"{dialect} in an empty shop", _bring(other, out)["created"], rows)
    export_file(other.database, again, dialect=dialect)
    expect(f"{dialect} written again", again.read_bytes() == out.read_bytes(), True)


def _bring(shop: OpenShop, file: Path, *, dry_run: bool = False) -> Counts:
    done = import_file(shop.database, shop.means, file, guess=True, quiet=True, dry_run=dry_run)
    return done.counts


def _shops(folder: Path, stack: ExitStack) -> Iterator[OpenShop]:
    """Empty shops, one after another: the first is migrated, the others are its copies."""
    first = folder / "empty"
    with open_shop(settings_of(first)):
        pass
    while True:
        data = Path(tempfile.mkdtemp(dir=folder))
        shutil.copytree(first, data, dirs_exist_ok=True)
        yield stack.enter_context(open_shop(settings_of(data)))
