"""The command line: ``vitrine serve``, ``import``, ``export``, ``staff``, ``audit`` and others."""

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from webapp.cli.imports import imports
from webapp.cli.speaking import DataDir, UploadsDir, say, settings_of, stop
from webapp.cli.webhooks import webhooks
from webapp.kit.errors import ShopError
from webapp.runtime.memory import for_good

if TYPE_CHECKING:
    from webapp.accounts.commands import Invitation
    from webapp.runtime.links import Links

app = typer.Typer(
    name="vitrine",
    help="A self-hosted online shop in one process.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(imports, name="import")
staff = typer.Typer(
    help="Who works here: add, list, role, close, open, password, reset-second-factor.",
    no_args_is_help=True,
)
app.add_typer(staff, name="staff")
keys = typer.Typer(help="API keys of scripts: add, list, revoke.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(webhooks, name="webhooks")


def main() -> None:
    """Run the command line; a refusal is a sentence on standard error and exit code 1, and so is a
    database that cannot be reached."""
    try:
        app()
    except ShopError as refusal:
        stop(refusal.detail)
    except Exception as error:
        from sqlalchemy.exc import OperationalError

        # Without a statement it was not asked anything yet: it is not there.
        if not isinstance(error, OperationalError) or error.statement is not None:
            raise
        stop(f"The database does not answer. {str(error.orig).splitlines()[0]}")


# The commands import what they need when they run: `vitrine --help` answers at once, and the
# server does not carry the import wizard's table printer in its memory.


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data: DataDir = None,
    uploads: UploadsDir = None,
    empty: Annotated[bool, typer.Option("--empty", help="Begin without the demo shop.")] = False,
) -> None:
    """Serve the shop. A fresh one is filled with the demo shop unless --empty is given."""
    _do_without_the_needless()
    with for_good():
        _import_framework_unbuilt()
        from webapp.accounts.queries import has_staff
        from webapp.main import create_app
        from webapp.ops import serving

        settings = settings_of(data, uploads, host=host, port=port)
        doors = serving.claim(settings)
        settings = settings.model_copy(update={"port": doors[0].getsockname()[1]})
        site = create_app(settings, open_all=False)
    shop = site.state.shop
    with shop.database.reading() as session:
        bare, without_staff = not serving.has_goods(session), not has_staff(session)
    if bare and without_staff and not empty:
        from webapp.demo.seeding import seed

        serving.announce("A fresh shop: putting the demo shop on its shelves ...")
        seed(shop.database, shop.means)
    if without_staff and not empty:
        serving.first_staff(shop.database)
    # Before the link is made and anything said: neither is for a shop that nobody can reach.
    serving.listen(doors, settings)
    address = f"http://{settings.host}:{settings.port}"
    first = serving.first_sign_in(shop.database)
    serving.announce(
        serving.greeting(
            settings, without_staff=without_staff and empty, address=address, first=first
        )
    )
    serving.run(site, settings, doors)


@app.command()
def worker(data: DataDir = None, uploads: UploadsDir = None) -> None:
    """Run background jobs alone, beside servers started with VITRINE_JOB_THREADS=0."""
    _do_without_the_needless()
    from webapp.worker import run

    run(settings_of(data, uploads), say)


@app.command()
def demo(data: DataDir = None, uploads: UploadsDir = None) -> None:
    """Fill an empty shop with the demo shop."""
    from webapp.demo.seeding import seed
    from webapp.main import open_shop

    with open_shop(settings_of(data, uploads)) as shop:
        say(seed(shop.database, shop.means))


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write; standard output if none.")
    ] = None,
    dialect: Annotated[str, typer.Option(help="vitrine, shopify or woocommerce.")] = "vitrine",
    data: DataDir = None,
    uploads: UploadsDir = None,
) -> None:
    """Write the catalogue as a CSV file that imports back to the same catalogue."""
    from webapp.exchange.shell import export_file
    from webapp.main import open_shop

    with open_shop(settings_of(data, uploads)) as shop:
        count = export_file(shop.database, file, dialect=dialect, site=shop.settings.public_url)
    if file is not None:
        say(f"{count} rows written to {file}.")


@app.command()
def migrate(data: DataDir = None) -> None:
    """Bring the database to this version (the embedded one does so by itself)."""
    from webapp.migrations import copy_aside, head, is_current, upgrade
    from webapp.runtime.db import Database

    settings = settings_of(data)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    if is_current(database):
        say(f"The database is at {head()} already.")
        return
    if database.path is not None:
        copy_aside(database.path)
    upgrade(database)
    say(f"The database is at {head()} now.")


@app.command()
def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    data: DataDir = None,
    uploads: UploadsDir = None,
) -> None:
    """Derive totals, stock and statuses anew from the ledgers and tell every difference; see that
    the files that are sold are there."""
    from webapp.main import open_shop
    from webapp.ops.audit import audit as run

    with open_shop(settings_of(data, uploads)) as shop:
        report = run(shop.database, shop.means.storage)
    say(json.dumps(report.as_json()) if as_json else report.text())
    if report.findings:
        raise SystemExit(1)


PasswordPiped = Annotated[
    bool, typer.Option("--password-stdin", help="Your own password, from standard input.")
]


@staff.command("add")
def staff_add(
    email: Annotated[str, typer.Argument(help="Their email address.")],
    role: Annotated[str, typer.Option(help="owner, admin, manager, fulfilment ...")] = "manager",
    name: Annotated[str, typer.Option(help="How colleagues call them.")] = "",
    password_stdin: PasswordPiped = False,
    data: DataDir = None,
) -> None:
    """Let somebody into the back office: prints the link by which they choose their password."""
    from webapp.accounts.commands import add_staff, hand_staff_link
    from webapp.kit.actors import SYSTEM
    from webapp.main import open_shop
    from webapp.runtime.links import links_of

    stored = _piped_password() if password_stdin else ""
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = add_staff(session, SYSTEM, email=email, password_hash=stored, role=role, name=name)
        sentence = f"{person.email} may sign in as {role}."
        if not stored:
            invitation = hand_staff_link(session, SYSTEM, person)
            sentence = _link_told(sentence, links_of(session), invitation)
    say(sentence)


@staff.command("list")
def staff_list(data: DataDir = None) -> None:
    """Who may enter the back office."""
    from webapp.accounts.queries import staff as people
    from webapp.main import open_shop

    with open_shop(settings_of(data)) as shop, shop.database.reading() as session:
        for person in people(session):
            state = "" if person.is_active else "  (closed)"
            say(f"{person.email}  {person.role}{state}")


@staff.command("role")
def staff_role(
    email: Annotated[str, typer.Argument(help="Whose role.")],
    role: Annotated[str, typer.Argument(help="owner, admin, manager, fulfilment ...")],
    data: DataDir = None,
) -> None:
    """Give a member of staff another role, and end their sign-ins. The last owner stays one."""
    _change_staff(email, data, role=role)
    say(f"{email} may sign in as {role}. They are signed out everywhere.")


@staff.command("close")
def staff_close(
    email: Annotated[str, typer.Argument(help="Who comes in no more.")], data: DataDir = None
) -> None:
    """Shut somebody out of the back office, at once; what they did stays theirs. `open` undoes
    it."""
    _change_staff(email, data, is_active=False)
    say(f"{email} is signed out everywhere and comes in no more.")


@staff.command("open")
def staff_open(
    email: Annotated[str, typer.Argument(help="Who may come in again.")], data: DataDir = None
) -> None:
    """Let somebody in again who was shut out, with the password and the role they had."""
    _change_staff(email, data, is_active=True)
    say(f"{email} may come in again.")


def _change_staff(
    email: str, data: Path | None, *, role: str | None = None, is_active: bool | None = None
) -> None:
    from webapp.accounts.commands import change_staff, normalised_email
    from webapp.accounts.queries import by_email
    from webapp.kit.actors import SYSTEM
    from webapp.main import open_shop

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = by_email(session, normalised_email(email))
        if person is None or person.role is None:
            stop(f"Nobody works here as {email}.")
        change_staff(session, SYSTEM, person, role=role, is_active=is_active)


@staff.command("password")
def staff_password(
    email: Annotated[str, typer.Argument(help="Whose password.")],
    password_stdin: PasswordPiped = False,
    data: DataDir = None,
) -> None:
    """Print a link by which a member of staff chooses a new password; or set your own, which ends
    your sign-ins."""
    from webapp.accounts.commands import change_staff, hand_staff_link, normalised_email
    from webapp.accounts.queries import by_email
    from webapp.kit.actors import SYSTEM
    from webapp.main import open_shop
    from webapp.runtime.links import links_of

    stored = _piped_password() if password_stdin else ""
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = by_email(session, normalised_email(email))
        if person is None or person.role is None:
            stop(f"Nobody works here as {email}.")
        if stored:
            change_staff(session, SYSTEM, person, password_hash=stored)
            sentence = "Done. They are signed out everywhere."
        else:
            invitation = hand_staff_link(session, SYSTEM, person)
            sentence = _link_told("", links_of(session), invitation)
    say(sentence)


def _piped_password() -> str:
    """The hash of the first line of standard input; raises ``WeakPassword``."""
    from webapp.accounts.commands import check_password
    from webapp.accounts.passwords import hashed

    secret = sys.stdin.readline().rstrip("\r\n")
    check_password(secret)
    return hashed(secret)


def _link_told(sentence: str, links: "Links", invitation: "Invitation") -> str:
    until = f"{invitation.until:%Y-%m-%d %H:%M} UTC"
    told = f"This link chooses the password, once, until {until}:"
    return "\n".join(
        line for line in (sentence, told, links.absolute(invitation.path or "")) if line
    )


@staff.command("reset-second-factor")
def staff_reset_second_factor(
    email: Annotated[str, typer.Argument(help="Whose app, passkeys and recovery codes.")],
    data: DataDir = None,
) -> None:
    """Let somebody who lost their second factor sign in with their password alone again. Works for
    a customer as well."""
    from webapp.accounts.commands import normalised_email, reset_second_factor
    from webapp.accounts.queries import by_email
    from webapp.kit.actors import SYSTEM
    from webapp.main import open_shop

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = by_email(session, normalised_email(email))
        if person is None:
            stop(f"Nobody has an account as {email}.")
        had_one = reset_second_factor(session, SYSTEM, person)
    say(
        "Done. They are signed out everywhere, and sign in with their password."
        if had_one
        else "They have no second factor: their password alone opens the account."
    )


@keys.command("add")
def keys_add(
    email: Annotated[str, typer.Argument(help="Whose key: it never may do more than they.")],
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="A permission like orders:read; repeat it.")],
    days: Annotated[int, typer.Option(min=0, max=3650, help="How long; 0 for no end.")] = 90,
    data: DataDir = None,
) -> None:
    """Make a key and print it: it is shown this once."""
    from datetime import timedelta

    from webapp.accounts.commands import make_key, normalised_email
    from webapp.accounts.queries import by_email
    from webapp.kit.actors import SYSTEM
    from webapp.kit.clock import now
    from webapp.main import open_shop

    until = now() + timedelta(days=days) if days else None
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = by_email(session, normalised_email(email))
        if person is None or person.role is None:
            stop(f"Nobody works here as {email}.")
        _, secret = make_key(
            session, SYSTEM, person, name=name, scopes=set(scope), expires_at=until
        )
    say(secret)


@keys.command("list")
def keys_list(data: DataDir = None) -> None:
    """Every key there is or was, newest first."""
    from webapp.accounts.queries import keys as all_keys
    from webapp.main import open_shop

    with open_shop(settings_of(data)) as shop, shop.database.reading() as session:
        for key in all_keys(session):
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            scopes = ",".join(key.scopes)
            say(f"{key.prefix}  {key.state}  {key.email}  {scopes}  used {used}  {key.name}")


@keys.command("revoke")
def keys_revoke(
    key: Annotated[str, typer.Argument(help="How the key begins (vk_ and 8 letters), or its id.")],
    data: DataDir = None,
) -> None:
    """Make a key useless, at once."""
    from webapp.accounts.commands import revoke_key
    from webapp.accounts.queries import key_by
    from webapp.kit.actors import SYSTEM
    from webapp.main import open_shop

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        found = key_by(session, key)
        revoke_key(session, SYSTEM, found)
        sentence = f"{found.prefix} opens nothing any more."
    say(sentence)


def _do_without_the_needless() -> None:
    """Keep out of a process that stays what others would load into it though nothing uses it.

    The log library takes rich and pygments, where they are installed, for a kind of traceback that
    we never print: five megabytes of an idle server's 110. The framework loads the first version of
    pydantic, to tell that none of our classes is of that: a fiftieth of a start.
    """
    for name in ("rich", "pydantic.v1"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _import_framework_unbuilt() -> None:
    """Let the framework's own forty models build their validators at first use.

    They describe OpenAPI documents; nobody asks for one on most days. Ours are told themselves
    (``Form``, tables): a schema that the framework reads has to be built in its own care. The
    validator of addresses of mail, which one of the forty names, is loaded by our forms.
    """
    from pydantic import BaseModel

    rebuild, validator = BaseModel.__dict__["model_rebuild"], sys.modules.get("email_validator")

    def when_needed(model: type[BaseModel], /, **asked: Any) -> bool | None:
        """Its modules ask without a word; whoever needs one says how."""
        found: bool | None = rebuild.__func__(model, **asked) if asked else None
        return found

    BaseModel.model_config["defer_build"] = True
    BaseModel.model_rebuild = classmethod(when_needed)  # type: ignore[assignment]
    sys.modules["email_validator"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("fastapi")
    finally:
        del BaseModel.model_config["defer_build"]
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
        del sys.modules["email_validator"]
        if validator is not None:
            sys.modules["email_validator"] = validator
