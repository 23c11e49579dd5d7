"""Who a script is."""

from fastapi import APIRouter

from webapp.accounts.errors import KeyNeeded
from webapp.accounts.guards import Script
from webapp.accounts.schemas import KeyOut

api = APIRouter(tags=["keys"])


@api.get("/key", name="accounts.api.key")
def read_key(script: Script) -> KeyOut:
    """The key that is asking, and what it may do: for trying a new one.

    401 for a key that is not known, has expired, was revoked, or whose person's account is closed.
    """
    if script.kind != "key":
        raise KeyNeeded("This is a token and no key; GET /api/v1/auth/me tells whose.")
    return KeyOut(id=str(script.id), name=script.name, permissions=sorted(script.permissions))
