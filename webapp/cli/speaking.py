"""What every command shares: where the shop is, and how it is answered."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from webapp.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data", help="Folder of the database and the secret key.")
]
UploadsDir = Annotated[Path | None, typer.Option("--uploads", help="Folder of uploaded files.")]


def say(line: str) -> None:
    """At once, also where nobody looks at a terminal: a worker says nothing more for days."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def stop(sentence: str) -> NoReturn:
    """End with a sentence on standard error and exit code 1."""
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(1)


def settings_of(data: Path | None = None, uploads: Path | None = None, **more: object) -> Settings:
    """The process's settings, with what was said on the command line."""
    given: dict[str, object] = {name: value for name, value in more.items() if value is not None}
    if data is not None:
        given["data_dir"] = data.resolve()
    if uploads is not None:
        given["uploads_dir"] = uploads.resolve()
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValueError as wrong:
        stop(_what_is_wrong(wrong))


def _what_is_wrong(error: ValueError) -> str:
    """A line for each setting that cannot be read, by the name that the operator gave it."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):  # a list that is no JSON
        return f'{error}. Lists are written as JSON: ["one", "two"].'
    return "\n".join(
        f"VITRINE_{'.'.join(str(part) for part in one['loc']).upper()}: "
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_url=False, include_input=False)
    )
