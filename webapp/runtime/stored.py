"""Files that rows of the database promise: whether they are there."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, SQLColumnExpression

from webapp.runtime.db import Database
from webapp.runtime.storage import Storage, size_of


def missing(
    database: Database,
    storage: Storage,
    query: Select[Any],
    key: SQLColumnExpression[Any],
    told: Callable[[Any, int | None], str],
) -> list[str]:
    """A sentence for each row of ``query`` whose file is not in the storage, or not as large as it
    was. The rows have ``storage_key`` and ``size_bytes``, and ``key`` tells them apart; ``told`` is
    given the row and how many bytes there are (None: no file).

    One statement, and one look at each file: its size alone, because reading all of a shop's films
    for their hash would take hours. Files are looked at outside of any transaction, so a row that
    is deleted meanwhile is asked for again.
    """
    with database.reading() as session:
        rows = session.execute(query).all()
    lost = {
        row._mapping[key]: told(row, size)
        for row in rows
        if (size := size_of(storage, row.storage_key)) != row.size_bytes
    }
    if not lost:
        return []
    with database.reading() as session:
        still = session.execute(query.where(key.in_(lost))).all()
    return [lost[row._mapping[key]] for row in still]
