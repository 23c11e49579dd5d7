"""A first mapping for a file of unknown header, from its column names and its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from webapp.exchange.mapping import Mapping, Use, normal
from webapp.exchange.reading import Row
from webapp.exchange.synonyms import BY_NAME, OPTION_NAMES, SYNONYMS
from webapp.exchange.values import GRAMS, MILLIMETRES, is_gtin
from webapp.kit.values import Value, replace

SAMPLE = 500
"""Rows that are enough to guess from."""

_LANGUAGES = frozenset(
    ("ar", "bg", "bn", "ca", "ch", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he",
     "hi", "hr", "hu", "it", "ja", "ko", "lt", "lv", "nb", "nl", "no", "pl", "pt", "ro", "ru",
     "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "xx", "zh")
)  # fmt: skip
_PREFIXES = ("product ", "item ", "variant ", "article ", "produkt ", "artikel ")
_FEATURE = re.compile(r"(?:feature|attribute|eigenschaft)\s*:\s*(.+)", re.IGNORECASE)
_CUSTOM = re.compile(r"(?:custom_field|metafield|meta|cf)[.:_ ]+(.+)", re.IGNORECASE)
_NUMBERED = re.compile(r"option[ _]?([0-9]{1,2})[ _](name|value)", re.IGNORECASE)
_INDEXED = re.compile(r"(.+?)[ _]?([0-9]{1,2})(?:[ _](src|url|link))?")
_IMAGE = re.compile(r"(?:https?://\S+|[\w./ -]+)\.(?:jpe?g|png|webp|gif|avif)(?:\?\S*)?", re.I)
_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}(?:\s?\D{0,3})?")
_POINT = re.compile(r"[0-9]+\.[0-9]{1,2}(?:\s?\D{0,3})?")
_DECIMAL = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_ATTRIBUTES_AT_MOST = 20
_LOOKED_AT = 300
"""Characters of a cell: what tells a price from a picture stands at its beginning."""
_OF_PRODUCTS = frozenset(
    ("title", "sku", "price", "barcode", "handle", "quantity", "categories", "category", "options")
)
_SEVERAL = frozenset({"category", "image", "attribute", "custom", "tags"})

_AMOUNT = re.compile(r"\D{0,4}-?[0-9][0-9., \u00a0']*\D{0,4}")
_COUNT = re.compile(r"-?[0-9]+(?:[.,]0+)?")
_MEASURE = re.compile(r"[0-9]*[.,]?[0-9]+\s?[a-zA-Z]{0,5}")
_YES_NO = re.compile(r"\w{1,8}")
# "quantity" is the stock in one file and "132 g" in another.
_SHAPES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("price", "compare_at", "cost"), _AMOUNT),
    **dict.fromkeys(("quantity", "low_threshold", "minimum_quantity"), _COUNT),
    **dict.fromkeys(("weight", "length", "width", "height"), _MEASURE),
    **dict.fromkeys(
        ("published", "featured", "digital", "tracked", "policy", "taxable", "gift_card",
         "requires_shipping"), _YES_NO,
    ),
    "status": re.compile(r"[\w-]{1,12}"),
    "weight_unit": re.compile(r"[a-zA-Z]{1,5}"),
    "length_unit": re.compile(r"[a-zA-Z]{1,5}"),
    "currency": re.compile(r"[A-Za-z]{3}"),
    "language": re.compile(r"[a-zA-Z]{2,3}(?:[-_]\w{2,8})?"),
    "handle": re.compile(r"\S+"),
}  # fmt: skip


class Guess(Value):
    """A proposal, and what a person should look at before they accept it."""

    mapping: Mapping
    doubts: tuple[str, ...]


def guess(
    header: tuple[str, ...],
    sample: Sequence[Row],
    *,
    source: str = "file",
    language: str = "en",
    currency: str = "",
) -> Guess:
    """Propose a mapping. ``language`` and ``currency`` are preferred where a file has several."""
    table = _Table(header, sample)
    columns: dict[str, Use] = {}
    languages: tuple[str, ...] = ()
    families = _families(header)
    for name in header:
        stem, tongue = families.get(name, (name, ""))
        use = _by_name(stem)
        if use is not None:
            columns[name] = use
            if tongue:
                languages = (*languages, tongue) if tongue not in languages else languages
    columns = _without_doubtful(columns, table)
    columns |= _by_shape(columns, table)
    columns |= _options(columns, table)
    mapping = Mapping(
        columns=_in_header_order(columns, header),
        languages=_preferred(languages, language, table, families)
        or _most_said(columns, "language", language, table),
        currency=next(iter(_most_said(columns, "currency", currency.lower(), table)), "").upper(),
        separator=_separator(columns, table),
        step=_step(columns, table),
        weight_unit=_unit(columns, "weight", GRAMS, "kg"),
        length_unit=_unit(columns, "length", MILLIMETRES, "cm"),
        decimal_comma=_decimal_comma(columns, table),
        source=source,
    )
    return _completed(mapping, table)


class _Table:
    """A sample of the values, column by column."""

    def __init__(self, header: tuple[str, ...], sample: Sequence[Row]) -> None:
        self.header = header
        usable = [row.cells for row in sample if not row.refusal and not row.is_empty]
        self.rows = len(usable)
        self._columns = {
            name: [cells[place].strip()[:_LOOKED_AT] for cells in usable if place < len(cells)]
            for place, name in enumerate(header)
        }

    def filled(self, name: str) -> list[str]:
        return [value for value in self._columns[name] if value]

    def share(self, name: str, shape: re.Pattern[str]) -> float:
        """How many of the filled cells have this shape, from 0 to 1."""
        values = self.filled(name)
        return sum(1 for v in values if shape.fullmatch(v)) / len(values) if values else 0.0


def _families(header: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Columns that differ by a language only: name to (stem, language)."""
    found: dict[str, tuple[str, str]] = {}
    for name in header:
        parts = re.fullmatch(r"(.+?)[ _\-.:(]+([a-z]{2})\)?", name.strip(), re.IGNORECASE)
        if parts and parts[2].lower() in _LANGUAGES:
            found[name] = (parts[1], parts[2].lower())
    stems = Counter(stem for stem, _ in found.values())
    # One column alone is no family: "item no" is not Norwegian.
    return {name: family for name, family in found.items() if stems[family[0]] > 1}


def _by_name(name: str) -> Use | None:
    numbered = _NUMBERED.fullmatch(name.strip())
    if numbered and 1 <= int(numbered[1]) <= 10:
        return Use(f"option_{numbered[2].lower()}:{int(numbered[1])}")
    feature = _FEATURE.fullmatch(name.strip())
    if feature:
        return Use("attribute", feature[1].strip()[:120])
    custom = _CUSTOM.fullmatch(name.strip())
    if custom and "title" not in normal(name) and "description" not in normal(name):
        key = re.sub(r"[^\w.-]+", "_", custom[1].strip().lower())[:150]
        return Use("custom", key if "." in key else f"custom.{key}")
    bare = normal(name)
    for candidate in (bare, *(bare.removeprefix(each) for each in _PREFIXES)):
        if candidate in BY_NAME:
            return Use(BY_NAME[candidate], unit=_unit_in(name))
        *words, last = candidate.split() or [""]
        target = BY_NAME.get(" ".join(words), "")
        if target == "weight" and last in GRAMS:
            return Use(target, unit=last)
        if target in ("length", "width", "height") and last in MILLIMETRES:
            return Use(target, unit=last)
    indexed = _INDEXED.fullmatch(bare)
    if indexed and BY_NAME.get(indexed[1].strip()) in ("image", "categories"):
        return Use("image" if BY_NAME[indexed[1].strip()] == "image" else "category")
    return None


def _unit_in(name: str) -> str:
    found = re.search(r"[(\[]\s*([a-zA-Z]{1,5})\s*[)\]]", name)
    unit = found[1].lower() if found else ""
    return unit if unit in GRAMS or unit in MILLIMETRES else ""


def _without_doubtful(columns: dict[str, Use], table: _Table) -> dict[str, Use]:
    """One column of each target, the likeliest, and only where the values can be what they must."""
    families = _families(table.header)
    kept: dict[str, Use] = {}
    seen: set[str] = set()
    for name, use in sorted(columns.items(), key=lambda each: _rank(each, table)):
        if use.to in seen and use.to not in _SEVERAL and name not in families:
            continue
        if _fits(use.to, name, table):
            seen.add(use.to)
            kept[name] = use
    sizes = [name for name, use in kept.items() if use.to in ("length", "width", "height")]
    if len(sizes) == 1 and not kept[sizes[0]].unit:
        del kept[sizes[0]]
    return kept


def _rank(each: tuple[str, Use], table: _Table) -> tuple[bool, int, int]:
    """Filled columns before empty ones, then the name that says it best."""
    name, use = each
    names = SYNONYMS.get(use.to, ())
    bare = normal(name)
    place = names.index(bare) if bare in names else len(names)
    return (not table.filled(name), place, table.header.index(name))


def _fits(target: str, name: str, table: _Table) -> bool:
    shape = _SHAPES.get(target)
    return shape is None or not table.filled(name) or table.share(name, shape) >= 0.8


def _by_shape(columns: dict[str, Use], table: _Table) -> dict[str, Use]:
    """Barcodes by their check digit, pictures by their ending; a column "code" may be either."""
    found: dict[str, Use] = {}
    targets = {use.to for use in columns.values()}
    for name in table.header:
        values = table.filled(name)
        if not values or (name in columns and columns[name].to not in ("sku", "id")):
            continue
        codes = sum(1 for value in values if is_gtin(value)) / len(values)
        if "barcode" not in targets and codes >= 0.8 and len(values) >= min(5, table.rows):
            targets.add("barcode")
            found[name] = Use("barcode")
        elif "image" not in targets and name not in columns and table.share(name, _IMAGE) >= 0.8:
            targets.add("image")
            found[name] = Use("image")
    return found


def _options(columns: dict[str, Use], table: _Table) -> dict[str, Use]:
    """Size and colour are options where rows share a product, attributes where they do not."""
    group = next((n for n, use in columns.items() if use.to in ("parent", "handle", "id")), "")
    values = table.filled(group) if group else []
    shared = len(set(values)) < len(values)
    paired = any(use.to.startswith("option") for use in columns.values())
    found: dict[str, Use] = {}
    for name in table.header:
        if name in columns or normal(name) not in OPTION_NAMES or not table.filled(name):
            continue
        if shared and not paired:
            found[name] = Use("option", name.strip()[:120])
        elif any(use.to == "title" for use in columns.values()):
            found[name] = Use("attribute", name.strip()[:120])
    return found


def _in_header_order(columns: dict[str, Use], header: tuple[str, ...]) -> dict[str, Use]:
    return {name: columns[name] for name in header if name in columns}


def _preferred(
    found: tuple[str, ...], language: str, table: _Table, families: dict[str, tuple[str, str]]
) -> tuple[str, ...]:
    """The languages, the wanted one first, then those with most cells."""
    filled: Counter[str] = Counter()
    for name, (_, tongue) in families.items():
        filled[tongue] += len(table.filled(name))
    return tuple(sorted(found, key=lambda tongue: (tongue != language, -filled[tongue], tongue)))


def _most_said(columns: dict[str, Use], target: str, wanted: str, table: _Table) -> tuple[str, ...]:
    """The values of the column mapped to ``target``, the wanted one first, then the frequent."""
    said: Counter[str] = Counter()
    for name, use in columns.items():
        if use.to == target:
            said.update(re.split("[-_]", value.lower())[0] for value in table.filled(name))
    return tuple(sorted(said, key=lambda value: (value != wanted, -said[value], value)))


def _separator(columns: dict[str, Use], table: _Table) -> str:
    lists = ("tags", "category", "categories", "image", "images", "options")
    marks: Counter[str] = Counter()
    for name, use in columns.items():
        if use.to in lists:
            for value in table.filled(name):
                marks.update({mark: 1 for mark in (",", ";", "|") if mark in value})
    return marks.most_common(1)[0][0] if marks else ","


def _step(columns: dict[str, Use], table: _Table) -> str:
    steps: Counter[str] = Counter()
    for name, use in columns.items():
        if use.to in ("category", "categories"):
            for value in table.filled(name):
                found = next((s for s in ("->", ">", "»", "/", "|") if s in value), "")
                steps.update([found] if found else [])
    return steps.most_common(1)[0][0] if steps else ">"


def _unit(columns: dict[str, Use], target: str, units: object, usual: str) -> str:
    return next((use.unit for use in columns.values() if use.to == target and use.unit), usual)


def _decimal_comma(columns: dict[str, Use], table: _Table) -> bool:
    commas = points = 0.0
    for name, use in columns.items():
        if use.to in ("price", "compare_at", "cost", "weight", "length", "width", "height"):
            commas += table.share(name, _COMMA) * len(table.filled(name))
            points += table.share(name, _POINT) * len(table.filled(name))
    return commas > points


def _completed(mapping: Mapping, table: _Table) -> Guess:
    """Give the mapping an identity and a title where no column has them; say what is doubtful."""
    columns, title, by_row = dict(mapping.columns), "", False
    targets = {use.to for use in columns.values()}
    if not targets & _OF_PRODUCTS:
        doubt = "This does not look like a list of products."
        return Guess(replace(mapping, columns={}), (doubt,))
    doubts = []
    if not targets & {"handle", "id", "parent", "sku", "barcode", "variant_id"}:
        key = _key_column(columns, table)
        if key:
            columns[key] = Use("id")
        else:
            by_row = True
            doubts.append("No column tells the rows apart; they are known by their numbers.")
    if "title" in targets:
        title = _fallback(columns, table)
    elif not targets & {"parent", "options"}:
        title, named = _title(columns, table)
        columns |= named
        doubts.append("No column holds a title; one is composed of others.")
    if "price" not in targets:
        doubts.append("No column holds a price.")
    if len(mapping.languages) > 1 and "language" in targets:
        doubts.append(f"Only the rows in “{mapping.languages[0]}” are read.")
    columns = _in_header_order(columns, table.header)
    return Guess(replace(mapping, columns=columns, title=title, by_row=by_row), tuple(doubts))


def _key_column(columns: dict[str, Use], table: _Table) -> str:
    """A column in which every row has its own value, long enough to be no coincidence."""
    for name in table.header:
        values = table.filled(name)
        if (
            name not in columns
            and _by_name(name) is None
            and not any(" " in value for value in values)
            and len(values) == table.rows > 1
            and len(set(values)) == len(values)
            and min(map(len, values)) >= 3
            and not all(_DECIMAL.fullmatch(value) and "." in value for value in values)
        ):
            return name
    return ""


def _title(columns: dict[str, Use], table: _Table) -> tuple[str, dict[str, Use]]:
    """A template of what describes the product, and those columns as attributes."""
    named: dict[str, Use] = {}
    words: list[str] = []
    numbers: list[str] = []
    for name in table.header:
        use = columns.get(name)
        if use is not None and use.to in ("categories", "category", "brand"):
            words.insert(0, name)
        if use is not None or not table.filled(name) or len(named) >= _ATTRIBUTES_AT_MOST:
            continue
        values = table.filled(name)
        if max(map(len, values)) > 60:
            continue
        is_number = table.share(name, _DECIMAL) == 1.0
        named[name] = Use("attribute", _spoken(name), "number" if is_number else "text")
        (numbers if is_number else words).append(name)
    identity = [n for n, use in columns.items() if use.to in ("id", "sku", "barcode")]
    chosen = [*words[:3], *(identity or numbers)[:1]]
    return " ".join(f"{{{name}}}" for name in chosen), named


def _fallback(columns: dict[str, Use], table: _Table) -> str:
    """What to call the products whose title is empty, when some are."""
    titles = [name for name, use in columns.items() if use.to == "title"]
    if any(len(table.filled(name)) == table.rows for name in titles):
        return ""
    order = ("brand", "sku", "barcode", "id", "handle")
    found = [n for target in order for n, use in columns.items() if use.to == target]
    return " ".join(f"{{{name}}}" for name in found[:2])


def _spoken(name: str) -> str:
    words = re.sub(r"[_\s]+", " ", name).strip()
    return (words[:1].upper() + words[1:])[:120]
