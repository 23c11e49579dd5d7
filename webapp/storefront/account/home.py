"""The first page of an account."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import profiles
from webapp.accounts.guards import Customer
from webapp.storefront.account.manners import private
from webapp.storefront.account.profile import picture_path
from webapp.web.deps import Db
from webapp.web.views import view

pages = APIRouter()


@pages.get("/account", name="account.home")
def home(request: Request, member: Customer, db: Db) -> Response:
    told = profiles.profile(db, member.key)
    context = {"member": member, "profile": told, "picture": picture_path(told.avatar)}
    return private(view(request, "account/home.html", context))
