"""``vitrine webhooks``: who is told outside of what happens. See docs/webhooks.md."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from webapp.cli.speaking import DataDir, say, settings_of, stop

webhooks = typer.Typer(
    help="Who is told outside: list, add, remove, pause, resume, test, replay.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="The endpoint's id, as `vitrine webhooks list` shows it.")]
Moment = Annotated[datetime | None, typer.Option(help="A day, or a moment in UTC.")]


@webhooks.command("list")
def list_(data: DataDir = None) -> None:
    """Every endpoint and how it fares."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop, shop.database.reading() as session:
        for line in shell.listed(session):
            say(line)


@webhooks.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to send, beginning with https://.")],
    event: Annotated[
        list[str] | None, typer.Option(help="An event like order.paid; repeat it. None: all.")
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    thin: Annotated[bool, typer.Option("--thin", help="Send ids only.")] = False,
    data: DataDir = None,
) -> None:
    """Add an endpoint; prints its id and the secret that its receiver checks with."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop:
        shell.check_address(shop.means.outbound, url)
        with shop.database.writing() as session:
            endpoint, secret = shell.added(
                session,
                shop.settings.secret_key,
                url=url,
                types=event or [],
                description=description,
                thin=thin,
            )
    say(f"{endpoint}  {secret}")


@webhooks.command()
def remove(endpoint: Id, data: DataDir = None) -> None:
    """Send nothing there any more."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        shell.removed(session, endpoint)
    say(f"{endpoint} is removed.")


@webhooks.command()
def pause(endpoint: Id, data: DataDir = None) -> None:
    """Send nothing until it is resumed; what happens meanwhile is kept."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        shell.paused(session, endpoint)
    say(f"{endpoint} is paused. What happens meanwhile is kept.")


@webhooks.command()
def resume(
    endpoint: Id,
    skip_missed: Annotated[
        bool, typer.Option("--skip-missed", help="Begin with what happens from now on.")
    ] = False,
    data: DataDir = None,
) -> None:
    """Go on after a pause, or after the shop has switched it off."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        shell.resumed(session, endpoint, with_missed=not skip_missed)
    say(f"{endpoint} is switched on.")


@webhooks.command()
def test(
    endpoint: Id,
    wait: Annotated[float, typer.Option(min=0, max=300, help="Seconds to wait for it.")] = 15,
    data: DataDir = None,
) -> None:
    """Send a ping and tell how that went; a running server or worker sends it."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop:
        is_good, sentence = shell.tested(shop.database, endpoint, patience_s=wait)
    if not is_good:
        stop(sentence)
    say(sentence)


@webhooks.command()
def replay(
    endpoint: Id,
    first: Annotated[int | None, typer.Option(min=1, help="From this number on.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Up to this number.")] = None,
    since: Moment = None,
    until: Moment = None,
    data: DataDir = None,
) -> None:
    """Send a range of events again, in order: by number or by time."""
    from webapp.main import open_shop
    from webapp.webhooks import shell

    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        begin, end = shell.replayed(
            session, endpoint, first=first, last=last, since=_utc(since), until=_utc(until)
        )
    say(f"Events {begin} to {end} go out again.")


def _utc(typed: datetime | None) -> datetime | None:
    return typed.replace(tzinfo=UTC) if typed is not None else None
