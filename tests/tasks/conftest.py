"""Kinds of jobs that do as a test says, beside those of the shop."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from tests.backoffice.conftest import as_role, office  # noqa: F401
from webapp.runtime.db import Database
from webapp.runtime.jobs import Jobs


@pytest.fixture
def kinds(app: FastAPI) -> Jobs:
    """``kinds.find("try.fall")`` fails with a secret in its traceback, ``try.count`` counts."""
    made = Jobs("try")

    @made.job(retries=0)
    def fall(context):
        """Fall down the stairs. Nobody knows why."""
        raise ConnectionError("smtp://shop:hunter2@mail.example")

    @made.job()
    def count(context, up_to=3):
        context.progress(up_to, up_to, "Counted")
        return {"counted": up_to}

    app.state.shop.runner.registry.include(made)
    return made


@pytest.fixture
def promise(database: Database, kinds: Jobs) -> Callable[..., str]:
    def make(name: str, **more: object) -> str:
        job = kinds.find(f"try.{name}")
        assert job is not None
        with database.writing() as session:
            return job.later(session, **more)

    return make
