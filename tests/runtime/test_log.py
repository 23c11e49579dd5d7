import io
import json
import logging

import pytest
import structlog

from webapp.runtime import log


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_everything_is_one_json_object_a_line_unless_a_person_looks():
    stream = io.StringIO()
    log.set_up("info", stream=stream)

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("shop").info("order placed", order="V1", total=1200)
    logging.getLogger("uvicorn.error").warning("old %s", "style")
    structlog.get_logger("shop").debug("not told")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["order"], first["total"]) == ("order placed", "V1", 1200)
    assert (first["level"], first["request_id"]) == ("info", "r1")
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"], second["logger"]) == (
        "old style",
        "warning",
        "uvicorn.error",
    )


def test_a_terminal_gets_words():
    stream = Terminal()
    log.set_up("info", stream=stream)
    structlog.get_logger("shop").info("order placed", order="V1")

    assert "order placed" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_secrets_and_local_variables_are_not_told(stream):
    log.set_up("info", stream=stream)
    try:
        hidden = "local-variable-value"
        raise RuntimeError("seen" if hidden else "")
    except RuntimeError:
        structlog.get_logger("shop").exception("broke", password="hunter2", Cookie="session=abc")

    told = stream.getvalue()
    assert "RuntimeError" in told
    assert "seen" in told
    for secret in ("hunter2", "session=abc", "local-variable-value\n", "hidden ="):
        assert secret not in told


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="no log level 'loud'"):
        log.set_up("loud")
