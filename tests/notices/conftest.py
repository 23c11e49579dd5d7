"""People who work there, to be told of things."""

from tests.backoffice.conftest import as_role, office  # noqa: F401
