"""People for scripts: who a key is, letting programs in, oneself, everybody."""

from fastapi import APIRouter

from webapp.accounts.api import entering, keys, myself, users

api = APIRouter()
api.include_router(keys.api)
api.include_router(entering.api)
api.include_router(myself.api)
api.include_router(users.api)
