"""The Jinja environment: strict about names, and with the shop's filters and macros."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.runtime import Macro

from webapp.runtime.wording import as_date, as_datetime, locale_of, money, number, size, weight
from webapp.web.options import options

__all__ = [
    "Macros",
    "as_date",
    "as_datetime",
    "locale_of",
    "make_environment",
    "money",
    "number",
    "size",
    "weight",
]


def make_environment(
    directory: Path,
    *,
    url_for: Callable[..., str] | None = None,
    asset: Callable[[str], str] | None = None,
    drawing: Callable[[str], str] | None = None,
    debug: bool = False,
    bytecode_dir: Path | None = None,
) -> Environment:
    """Templates under ``directory``. ``debug`` reads changed files again without a restart.

    A misspelt name is an error, not an empty string. Compiled templates are kept in
    ``bytecode_dir`` between starts when it is given (the folder must exist).
    """
    environment = Environment(
        loader=FileSystemLoader(directory),
        autoescape=_escapes,  # noqa: S701 (everything but plain text is escaped)
        undefined=StrictUndefined,
        auto_reload=debug,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Kept(str(bytecode_dir)) if bytecode_dir else None,
    )
    environment.globals.update(
        url_for=url_for or _nowhere,
        asset=asset or _nowhere,
        drawing=drawing or _nowhere,
        ui=Macros(environment),
    )
    environment.filters.update(
        money=money,
        date=as_date,
        datetime=as_datetime,
        number=number,
        size=size,
        weight=weight,
        options=options,
    )
    return environment


class _Kept(FileSystemBytecodeCache):
    """Compiled templates on disk. They save time only: on a full disk a page is shown without."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class Macros:
    """Every macro of ``ui/*.html`` by its own name, read when first used: ``ui.field(...)``."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._homes: dict[str, str] = {}

    def __getattr__(self, name: str) -> Macro:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._homes:
            self._homes = self._found()
        if name not in self._homes:
            raise AttributeError(f"No file in templates/ui has a macro {name!r}.")
        # The environment keeps the compiled template (and, in debug, notices that it changed).
        macro: Macro = getattr(self._environment.get_template(self._homes[name]).module, name)
        return macro

    def _found(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for path in self._environment.list_templates(
            filter_func=lambda path: path.startswith("ui/") and path.endswith(".html")
        ):
            for name, value in vars(self._environment.get_template(path).module).items():
                if not isinstance(value, Macro):
                    continue
                if name in homes:
                    raise LookupError(f"Two macros {name!r}: in {homes[name]} and in {path}.")
                homes[name] = path
        return homes


def _escapes(name: str | None) -> bool:
    """Everything is escaped but plain text (mails)."""
    return name is None or not name.endswith(".txt")


def _nowhere(*_: object, **__: Any) -> str:
    raise LookupError("This environment was made without addresses.")
