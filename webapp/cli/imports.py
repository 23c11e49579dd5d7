"""``vitrine import``: a catalogue file in, or an import taken back."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import typer.core

from webapp.cli.speaking import DataDir, UploadsDir, say, settings_of


class _FileOrVerb(typer.core.TyperGroup):
    """``vitrine import FILE``, and verbs about imports: what is no verb is a file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_verb = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if is_verb else ["file", *args])


imports = typer.Typer(cls=_FileOrVerb, help="Bring a catalogue file in, or take one back.")


@imports.command("file")
def import_(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The CSV or JSON file.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would happen.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    images: Annotated[
        Path | None, typer.Option(exists=True, help="Folder or ZIP of the pictures named in it.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, help="JSON that maps columns of an unknown header.")
    ] = None,
    guess: Annotated[
        bool, typer.Option("--guess", help="Take the guessed mapping of an unknown header.")
    ] = False,
    delimiter: Annotated[str | None, typer.Option(help="Force the delimiter.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Force the encoding.")] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="Prices are written 1.234,56.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where to write the refused rows with their reasons.")
    ] = None,
    replace: Annotated[
        Literal["variants", "products"] | None,
        typer.Option(
            help="Archive what the file does not have: variants missing from its products, "
            "or products as well. Lists them and asks first."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Archive without asking.")] = False,
    data: DataDir = None,
    uploads: UploadsDir = None,
) -> None:
    """Bring a catalogue file in: Shopify, WooCommerce, our own, or any other through a mapping.

    ``vitrine import revert IMPORT`` takes one back.
    """
    from webapp.exchange.policy import Policy
    from webapp.exchange.shell import import_file
    from webapp.main import open_shop

    with open_shop(settings_of(data, uploads)) as shop:
        done = import_file(
            shop.database,
            shop.means,
            file,
            dry_run=dry_run,
            images=images,
            mapping=mapping,
            guess=guess,
            delimiter=delimiter,
            encoding=encoding,
            decimal_comma=decimal_comma,
            rejects=rejects,
            quiet=as_json,
            policy=Policy(on_absent=replace or "keep"),
            agree=lambda listed: yes or typer.confirm(f"{listed}\nArchive them?", err=True),
        )
    say(json.dumps(done.counts) if as_json else done.line)
    if done.counts["failed"]:
        raise SystemExit(2)


@imports.command()
def revert(
    import_id: Annotated[
        str, typer.Argument(metavar="IMPORT", help="Its id (imp_...), or last for the latest.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would happen.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Take back what somebody changed since as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    data: DataDir = None,
    uploads: UploadsDir = None,
) -> None:
    """Take an import back: the catalogue stands as it stood before it."""
    from webapp.exchange.shell import revert_import
    from webapp.main import open_shop

    with open_shop(settings_of(data, uploads)) as shop:
        done = revert_import(shop.database, import_id, dry_run=dry_run, force=force, quiet=as_json)
    say(json.dumps(done.counts) if as_json else done.line)
    if done.counts["left"]:
        raise SystemExit(2)
