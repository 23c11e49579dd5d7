"""A shop with a receiver beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from tests.webhooks.receiver import Receiver, receiving
from webapp.kit.actors import SYSTEM
from webapp.runtime.db import Database
from webapp.runtime.jobs.scheduling import ensure_scheduled
from webapp.webhooks import commands
from webapp.webhooks.models import Delivery, DeliveryState, Endpoint
from webapp.webhooks.signing import secret_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@dataclass
class Told:
    """An endpoint that leads to a receiver, and what the shop noted of it."""

    database: Database
    public_id: str
    secret: str

    def row(self, session: Session) -> Endpoint:
        return session.exec(select(Endpoint).where(Endpoint.public_id == self.public_id)).one()

    @property
    def now(self) -> Endpoint:
        with self.database.reading() as session:
            found = self.row(session)
            session.expunge_all()
            return found

    @property
    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            key = self.row(session).id
            found = select(Delivery).where(Delivery.endpoint_id == key).order_by(Delivery.id)
            rows = list(session.exec(found))
            session.expunge_all()
            return rows

    def states(self) -> list[DeliveryState]:
        return [delivery.state for delivery in self.deliveries]


@pytest.fixture
def endpoint_for(app: FastAPI, database: Database) -> Any:
    """Make an endpoint that leads to a receiver."""

    def make(receiver: Receiver | str, **values: Any) -> Told:
        url = receiver if isinstance(receiver, str) else receiver.url
        with database.writing() as session:
            endpoint = commands.add(session, SYSTEM, url=url, **values)
            key = app.state.shop.settings.secret_key
            secret = secret_of(key, endpoint.public_id, endpoint.salt)
            return Told(database, endpoint.public_id, secret)

    return make


@pytest.fixture
def run_jobs(app: FastAPI, database: Database) -> Callable[[], int]:
    """Run what is due, schedules among it; gives the number of jobs that ran."""

    def run() -> int:
        runner = app.state.shop.runner
        ensure_scheduled(database, runner.registry)
        ran: int = runner.run_due()
        return ran

    return run


@pytest.fixture
def told(receiver: Receiver, endpoint_for: Any) -> Told:
    """An endpoint for the receiver, told everything."""
    found: Told = endpoint_for(receiver)
    return found
