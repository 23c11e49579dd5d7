"""Who a script is."""

from fastapi import APIRouter

from webapp.accounts.guards import Script
from webapp.accounts.schemas import KeyOut

api = APIRouter(tags=["keys"])


@api.get("/key", name="accounts.api.key")
def read_key(script: Script) -> KeyOut:
    """The key that is asking, and what it may do: for trying a new one.

    401 for a key that is not known, has expired, was revoked, or whose person's account is closed.
    """
    return KeyOut(id=str(script.id), name=script.name, permissions=sorted(script.permissions))
