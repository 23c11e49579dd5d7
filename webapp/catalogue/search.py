"""The full-text indexes behind one door: what is asked of SQLite's FTS5 and of PostgreSQL.

An ``Expression`` is made of folded words only, so no query text can hold an operator.
"""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import ARRAY, FromClause, Integer, TextClause, bindparam, cast, func, text
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.derived import GRAM_VECTOR, TEXT_VECTOR
from webapp.kit.values import Value

MOST_WORDS = 12
LONGEST_TEXT = 200
MOST_FOUND = 1_000
"""A search gives no more than this many products; nobody reads further, and sorting stays cheap."""

_WEIGHTS = "10.0, 5.0, 3.0, 1.0"
_POSTGRES_WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"
"""Of title, labels, category, body in FTS5; of D, C, B, A there."""


class Term(Value):
    """One word of a query in its forms; ``is_open``: it may go on (the last word, while typing)."""

    forms: tuple[str, ...]
    is_open: bool = False


def terms(asked: Sequence[str]) -> list[Term]:
    """The words as search looks for them: singular and plural alike, the last one open-ended."""
    return [
        Term(_forms(word), is_open=place == len(asked) - 1 and len(word) > 1)
        for place, word in enumerate(asked)
    ]


def _forms(word: str) -> tuple[str, ...]:
    if word.isdigit() or len(word) < 3:
        return (word,)
    return tuple(dict.fromkeys((*words.stems(word), f"{word}s", f"{word}es")))


def expression(session: Session, asked: Sequence[Term], *, all_of: bool, code: str = "") -> str:
    """The match expression of this database for all or any of the terms, or the article number.

    Any of the terms is looked for in titles, labels and categories alone: a description that has
    one of the words is no answer, and common words are in most of them.
    """
    postgres = _is_postgres(session)
    either, both = (" | ", " & ") if postgres else (" OR ", " AND ")

    def write(word: str, is_open: bool = False) -> str:
        if not postgres:
            return f'"{word}"*' if is_open else f'"{word}"'
        marks = ("*" if is_open else "") + ("" if all_of else "ABC")
        return f"'{word}':{marks}" if marks else f"'{word}'"

    parts = []
    for term in asked:
        forms = [write(form) for form in term.forms]
        if term.is_open:
            forms.append(write(term.forms[0], is_open=True))
        parts.append(f"({either.join(forms)})")
    whole = (both if all_of else either).join(parts)
    if code and all_of:
        return f"({whole}){either}({write(code) if postgres else f'labels : {write(code)}'})"
    if not all_of and not postgres:
        return f"{{title labels category}} : ({whole})"
    return whole


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def ranked(session: Session, matches: Sequence[str], limit: int, where: str = "") -> TextClause:
    """Products by relevance: columns ``id``, ``score`` (less is better) and ``part``.

    ``matches`` are expressions in order of preference; ``part`` says which one found it.
    ``where`` narrows ``products`` and may use parameters of the caller's.
    """
    parts = []
    for place in range(len(matches)):
        if _is_postgres(session):
            query = f"to_tsquery('simple', :match{place})"
            rank = f"ts_rank('{_POSTGRES_WEIGHTS}', {TEXT_VECTOR}, {query})"
            parts.append(
                f"SELECT products.id, -{rank} AS score, {place} AS part FROM product_texts "  # noqa: S608
                "JOIN products ON products.id = product_texts.product_id "
                f"WHERE ({TEXT_VECTOR}) @@ {query}{where}"
            )
        else:
            parts.append(
                "SELECT products.id, "  # noqa: S608
                f"bm25(search_products, {_WEIGHTS}) AS score, {place} AS part "
                "FROM search_products JOIN products ON products.id = search_products.rowid "
                f"WHERE search_products MATCH :match{place}{where}"
            )
    found = " UNION ALL ".join(parts)
    query = f"SELECT id, score, part FROM ({found}) AS found ORDER BY part, score, id LIMIT :most"  # noqa: S608
    return text(query).bindparams(
        bindparam("most", limit),
        *(bindparam(f"match{place}", match) for place, match in enumerate(matches)),
    )


def nearby(session: Session, asked: Sequence[Term]) -> TextClause:
    """For each term by its place: whether some product has it, and words that are close to it.

    Columns ``place``, ``known``, ``term``, ``uses``.
    """
    parts = []
    values: dict[str, str] = {}
    for place, term in enumerate(asked):
        values[f"match{place}"] = expression(session, [term], all_of=True)
        if _is_postgres(session):
            values[f"grams{place}"] = " | ".join(f"'{g}'" for g in words.grams(term.forms[0]))
            parts.append(
                f"SELECT {place} AS place, EXISTS (SELECT 1 FROM product_texts "  # noqa: S608
                f"WHERE ({TEXT_VECTOR}) @@ to_tsquery('simple', :match{place})) AS known, "
                "'' AS term, 0 AS uses"
            )
            close = f"to_tsquery('simple', :grams{place})"
            parts.append(
                f"SELECT * FROM (SELECT {place} AS place, false AS known, term, uses "  # noqa: S608
                f"FROM search_terms WHERE ({GRAM_VECTOR}) @@ {close} "
                f"ORDER BY ts_rank({GRAM_VECTOR}, {close}) DESC LIMIT 60) AS close{place}"
            )
        else:
            values[f"grams{place}"] = " OR ".join(f'"{g}"' for g in words.grams(term.forms[0]))
            parts.append(
                f"SELECT {place} AS place, EXISTS (SELECT 1 FROM search_products "  # noqa: S608
                f"WHERE search_products MATCH :match{place}) AS known, '' AS term, 0 AS uses"
            )
            parts.append(
                f"SELECT * FROM (SELECT {place} AS place, 0 AS known, t.term, t.uses "  # noqa: S608
                "FROM search_grams JOIN search_terms AS t ON t.id = search_grams.rowid "
                f"WHERE search_grams MATCH :grams{place} ORDER BY bm25(search_grams) LIMIT 60)"
            )
    return text(" UNION ALL ".join(parts)).bindparams(**values)


def id_table(session: Session, ids: Iterable[int]) -> FromClause:
    """These ids as a table with the columns ``value`` and ``key``, the place of each."""
    given = list(ids)
    if _is_postgres(session):
        array = cast(given, ARRAY(Integer))
        return func.unnest(array).table_valued("value", with_ordinality="key").render_derived()
    return func.json_each(json.dumps(given)).table_valued("value", "key")
