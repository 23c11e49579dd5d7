"""How tests are spread over the processes of ``bin/test``: one by one, and journeys by module.

Where a test runs, and beside which others of its module, is anybody's guess: none may count on
what another has done to a shop that both are served by. A module of journeys stays whole only
because its shop is furnished, served and walked through anew in each process that has a part of it.
"""

from typing import Any

import pytest

WHOLE = "tests/journeys/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Used with ``--dist loadscope``: which tests make a scope is said here."""
    if config.getvalue("dist") != "loadscope":
        return None
    # Late, and by name: a run in one process knows nothing of other processes.
    from xdist.scheduler import LoadScopeScheduling

    class Spreading(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0] if nodeid.startswith(WHOLE) else nodeid

    return Spreading(config, log)
