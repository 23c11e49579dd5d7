"""The demo shop's data as it lies in ``data/``, and its pictures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
DATA = HERE / "data"


def part(name: str) -> Any:
    """One file of the data: ``shop``, ``categories``, ``brands`` or ``collections``."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def products() -> list[dict[str, Any]]:
    """Every product, in the order of the files."""
    return [
        product
        for path in sorted((DATA / "products").glob("*.json"))
        for product in json.loads(path.read_text("utf-8"))
    ]


def picture_files() -> Iterator[Path]:
    """The pictures that the data names, each once, where they are there."""
    names = [part("shop")["hero"]["file"]]
    names += [each["image"]["file"] for each in part("categories") if each["image"]]
    names += [image["file"] for product in products() for image in product["images"]]
    for name in dict.fromkeys(names):
        path = PICTURES / name
        if path.exists():
            yield path
