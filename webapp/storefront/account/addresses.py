"""The address book: where somebody's things and bills usually go."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, profiles
from webapp.accounts.addresses import FIELDS, Address, countries, fields_of, is_country, read
from webapp.accounts.errors import FullAddressBook
from webapp.accounts.guards import Customer
from webapp.accounts.queries import Member
from webapp.shop import queries as shops
from webapp.storefront.account.forms import EntryForm
from webapp.storefront.account.manners import private
from webapp.web.deps import Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

PAGE = "/account/addresses"
FORM = "account/address.html#address_form"

Typed = Annotated[Submission[EntryForm], Depends(submitted(EntryForm))]


@pages.get(PAGE, name="account.addresses")
def addresses(request: Request, member: Customer, db: Db) -> Response:
    context = {
        "member": member,
        "entries": profiles.address_book(db, member.key),
        "locale": shops.current(db).locale,
    }
    return private(view(request, "account/addresses.html", context))


@pages.get("/account/addresses/new", name="account.new_address")
def new_address(request: Request, member: Customer, db: Db) -> Response:
    return _form(request, db, member, Submission(values={"address-name": member.name}))


@pages.post("/account/addresses/fields", name="account.address_fields")
def address_fields(request: Request, form: Typed, member: Customer, db: Db) -> Response:
    """The same form with the fields of the country that was chosen; nothing is kept."""
    form.errors.clear()
    return _form(request, db, member, form, form.values.get("entry", ""))


@pages.post(PAGE, name="account.add_address")
def add_address(request: Request, form: Typed, member: Customer, db: Db) -> Response:
    address = _read(form)
    if address is not None:
        try:
            commands.add_address(db, member, address, **_preferred(form))
        except FullAddressBook as refusal:
            form.refuse("", refusal.detail)
    if address is None or form.errors:
        return _form(request, db, member, form)
    return redirect(request, PAGE, notice="The address is in your address book.")


@pages.get("/account/addresses/{public_id}", name="account.address")
def address(request: Request, member: Customer, db: Db, public_id: str) -> Response:
    entry = commands.address_by(db, member, public_id)
    values = {f"address-{name}": getattr(entry, name) for name in ("country", *FIELDS)}
    form: Submission[EntryForm] = Submission.showing(
        {**values, "is_delivery": entry.is_delivery, "is_invoice": entry.is_invoice}
    )
    return _form(request, db, member, form, public_id)


@pages.post("/account/addresses/{public_id}", name="account.change_address")
def change_address(
    request: Request, form: Typed, member: Customer, db: Db, public_id: str
) -> Response:
    commands.address_by(db, member, public_id)
    address = _read(form)
    if address is None:
        return _form(request, db, member, form, public_id)
    commands.change_address(db, member, public_id, address, **_preferred(form))
    return redirect(request, PAGE, notice="The address is changed.")


@pages.post("/account/addresses/{public_id}/remove", name="account.remove_address")
def remove_address(request: Request, member: Customer, db: Db, public_id: str) -> Response:
    commands.remove_address(db, member, public_id)
    return redirect(request, PAGE, notice="The address is removed.")


def _read(form: Submission[EntryForm]) -> Address | None:
    typed = {name: form.values.get(f"address-{name}", "") for name in FIELDS}
    address, wrong = read(form.values.get("address-country", ""), typed)
    for name, sentence in wrong.items():
        form.refuse(f"address-{name}", sentence)
    return address if form.data is not None else None


def _preferred(form: Submission[EntryForm]) -> dict[str, bool]:
    data = form.data
    return {
        "is_delivery": data is not None and data.is_delivery,
        "is_invoice": data is not None and data.is_invoice,
    }


def _form(
    request: Request,
    session: Session,
    member: Member,
    form: Submission[EntryForm],
    entry: str = "",
) -> Response:
    shop = shops.current(session)
    chosen = form.values.get("address-country", "")
    country = chosen if is_country(chosen) else shop.country if is_country(shop.country) else "DE"
    form.values["address-country"] = country
    context: dict[str, Any] = {
        "member": member,
        "form": form,
        "entry": entry,
        "fields": fields_of(country),
        "countries": countries(shop.locale),
    }
    status = 422 if form.errors else 200
    return private(view(request, FORM, context, status=status))
