"""Repeated groups of a submission, changed as text: what a button of the form adds or moves.

Without script a button sends the whole form, and the page comes back with everything that was
typed and one row more. Nothing is stored by that.
"""

import re
from collections.abc import Mapping
from typing import Any

from webapp.web.submissions import Submission

Row = dict[str, list[str]]


class Rows:
    """The rows called ``name``: ``Rows(form, "pictures")``."""

    def __init__(self, form: Submission[Any], name: str) -> None:
        self._form = form
        self._name = name

    def numbers(self) -> list[int]:
        """Every row that was sent, also one that is all blank."""
        return self._form.rows(self._name)

    def filled(self) -> list[int]:
        """The rows that hold something: those a checked form has as data, in that order."""
        start = re.compile(re.escape(self._name) + r"-(\d{1,4})-")
        return sorted(
            {
                int(found[1])
                for key, values in self._form.lists.items()
                if (found := start.match(key)) and any(value.strip() for value in values)
            }
        )

    def value(self, number: int, field: str) -> str:
        return self._form.values.get(f"{self._name}-{number}-{field}", "").strip()

    def put(self, number: int, field: str, value: str) -> None:
        """Set one field of one row as if it had been typed."""
        key = f"{self._name}-{number}-{field}"
        self._form.values[key] = value
        self._form.lists[key] = [value]

    def add(self, values: Mapping[str, str]) -> int:
        """One row more, at the end; gives its number."""
        number = max(self.numbers(), default=-1) + 1
        for field, value in values.items():
            self.put(number, field, value)
        return number

    def row(self, number: int) -> Row:
        """A row's fields with all their values."""
        start = f"{self._name}-{number}-"
        return {
            key.removeprefix(start): list(values)
            for key, values in self._form.lists.items()
            if key.startswith(start)
        }

    def remove(self, number: int) -> None:
        """Take the row away; the others keep their numbers."""
        start = f"{self._name}-{number}-"
        for held in (self._form.values, self._form.lists, self._form.errors):
            for key in [key for key in held if key.startswith(start)]:
                held.pop(key)

    def swap(self, one: int, other: int) -> None:
        """Two rows change places."""
        mine, theirs = self.row(one), self.row(other)
        self.remove(one)
        self.remove(other)
        for number, row in ((one, theirs), (other, mine)):
            for field, values in row.items():
                key = f"{self._name}-{number}-{field}"
                self._form.lists[key] = values
                self._form.values[key] = values[-1] if values else ""

    def move(self, number: int, by: int) -> None:
        """Change places with the row ``by`` further, where there is one."""
        numbers = self.numbers()
        if number not in numbers:
            return
        place = numbers.index(number) + by
        if 0 <= place < len(numbers):
            self.swap(number, numbers[place])
