"""The shop's settings: what the merchant decides, one page a subject."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale, localedata
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from webapp.accounts import queries as accounts
from webapp.accounts.addresses import countries
from webapp.accounts.guards import Staff
from webapp.backoffice.shop_forms import (
    PaymentForm,
    SellingForm,
    ShippingMethodForm,
    ShopForm,
    TaxRateForm,
    TermsForm,
    minor,
)
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.currencies import CURRENCIES
from webapp.kit.errors import Invalid, Refused, ShopError
from webapp.payments import providers
from webapp.pricing import commands as pricing
from webapp.pricing import queries as prices
from webapp.shop import commands
from webapp.shop.queries import LOCALES, Shop, current
from webapp.web.deps import Db
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/settings")

SECTIONS = (
    ("shop", "Your shop", "Name, story and how to reach you"),
    ("selling", "Selling", "Currency, country, tax, order numbers"),
    ("tax", "Tax rates", "What is charged in which country"),
    ("shipping", "Shipping", "How goods travel and what it costs"),
    ("payment", "Payment", "How customers pay"),
    ("sign_in", "Sign-in", "Google, GitHub and other ways to come in"),
    ("terms", "Terms and privacy", "What customers agree to"),
)

ShopAsked = Annotated[Submission[ShopForm], Depends(submitted(ShopForm))]
SellingAsked = Annotated[Submission[SellingForm], Depends(submitted(SellingForm))]
PaymentAsked = Annotated[Submission[PaymentForm], Depends(submitted(PaymentForm))]
TermsAsked = Annotated[Submission[TermsForm], Depends(submitted(TermsForm))]
TaxRateAsked = Annotated[Submission[TaxRateForm], Depends(submitted(TaxRateForm))]
MethodAsked = Annotated[Submission[ShippingMethodForm], Depends(submitted(ShippingMethodForm))]


@pages.get("", name="backoffice.settings")
def settings(request: Request, db: Db, staff: Staff) -> Response:
    """The way to each subject."""
    staff.must("settings:write")
    gate = accounts.gate_counts(db, now().date() - timedelta(days=30))
    return view(request, "backoffice/settings/index.html", {"sections": SECTIONS, "gate": gate})


@pages.get("/shop", name="backoffice.shop_settings")
def shop_settings(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    shop = current(db)
    return _section(request, "shop", _showing(ShopForm, shop))


@pages.post("/shop")
def submit_shop(request: Request, form: ShopAsked, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    if form.data:
        values = form.data.model_dump()
        commands.change(db, staff, **{**values, "email": values["email"] or "", "is_set_up": True})
    return _answer(request, "shop", form)


@pages.get("/selling", name="backoffice.selling_settings")
def selling(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    shop = current(db)
    form: Submission[SellingForm] = _showing(SellingForm, shop)
    for name in ("minimum_order", "maximum_order"):
        amount = getattr(shop, f"{name}_minor")
        if amount is not None:
            form.values[name] = shop.money(amount).decimal_string()
    return _section(request, "selling", form, **_selling_choices())


@pages.post("/selling")
def submit_selling(request: Request, form: SellingAsked, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    if form.data:
        _check_selling(form)
    if form.data:
        values = form.data.model_dump(exclude={"minimum_order", "maximum_order"})
        values["minimum_order_minor"] = minor(form.data.minimum_order)
        values["maximum_order_minor"] = minor(form.data.maximum_order)
        try:
            commands.change(db, staff, **values)
        except Refused as refusal:
            form.refuse("currency", refusal.detail)
    return _answer(request, "selling", form, **_selling_choices())


@pages.get("/payment", name="backoffice.payment_settings")
def payment(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    return _section(
        request, "payment", _showing(PaymentForm, current(db)), methods=providers.codes()
    )


@pages.post("/payment")
def submit_payment(request: Request, form: PaymentAsked, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    if form.data:
        known = {code for code, _ in providers.codes()}
        if not form.data.payment_methods:
            form.refuse("payment_methods", "Keep at least one way to pay.")
        elif not known.issuperset(form.data.payment_methods):
            form.refuse("payment_methods", "Choose from the list.")
        elif "bank_transfer" in form.data.payment_methods and not form.data.bank_details:
            form.refuse("bank_details", "Say where the money should be sent.")
    if form.data:
        commands.change(db, staff, **form.data.model_dump())
    return _answer(request, "payment", form, methods=providers.codes())


@pages.get("/terms", name="backoffice.terms_settings")
def terms(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    return _section(request, "terms", _showing(TermsForm, current(db)))


@pages.post("/terms")
def submit_terms(request: Request, form: TermsAsked, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    if form.data:
        commands.change(db, staff, **form.data.model_dump())
    return _answer(request, "terms", form)


@pages.get("/tax", name="backoffice.tax_settings")
def tax(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    form: Submission[TaxRateForm] = Submission.showing({"name": "VAT", "tax_class": "standard"})
    return _tax(request, db, form)


@pages.post("/tax")
def submit_tax(request: Request, form: TaxRateAsked, db: Db, staff: Staff) -> Response:
    """Set the rate of a class in a country; setting it again replaces it."""
    staff.must("settings:write")
    if form.data:
        try:
            pricing.set_tax_rate(
                db,
                staff,
                country=form.data.country,
                tax_class=form.data.tax_class,
                millionths=_millionths(form.data.percent),
                name=form.data.name,
            )
        except ShopError as refusal:
            _blame(form, refusal, {"millionths": "percent"})
    if form.errors:
        return _tax(request, db, form, status=422)
    return redirect(
        request, request.app.state.url_for("backoffice.tax_settings"), notice="Tax rate saved."
    )


@pages.post("/tax/{country}/{tax_class}/removal", name="backoffice.remove_tax_rate")
def remove_tax_rate(
    request: Request, db: Db, staff: Staff, country: str, tax_class: str
) -> Response:
    pricing.remove_tax_rate(db, staff, country=country, tax_class=tax_class)
    return redirect(
        request, request.app.state.url_for("backoffice.tax_settings"), notice="Tax rate removed."
    )


@pages.get("/shipping", name="backoffice.shipping_settings")
def shipping(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    return view(
        request,
        "backoffice/settings/shipping.html",
        {"methods": prices.all_shipping_methods(db), "names": dict(countries())},
    )


@pages.get("/shipping/new", name="backoffice.new_shipping_method")
def new_shipping_method(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("settings:write")
    form: Submission[ShippingMethodForm] = Submission.showing(
        {"is_active": True, "min_days": 1, "max_days": 3}
    )
    return _method(request, form, None)


@pages.post("/shipping/new")
def submit_new_shipping_method(
    request: Request, form: MethodAsked, db: Db, staff: Staff
) -> Response:
    return _save_method(request, db, staff, form, None)


@pages.get("/shipping/{public_id}", name="backoffice.shipping_method")
def shipping_method(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("settings:write")
    method = pricing.shipping_method(db, public_id)
    shop = current(db)
    form: Submission[ShippingMethodForm] = Submission.showing(
        {
            **method.model_dump(),
            "price": shop.money(method.price_minor),
            "free_from": None
            if method.free_from_minor is None
            else shop.money(method.free_from_minor),
        }
    )
    return _method(request, form, public_id)


@pages.post("/shipping/{public_id}")
def submit_shipping_method(
    request: Request, form: MethodAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    return _save_method(request, db, staff, form, public_id)


@pages.post("/shipping/{public_id}/removal", name="backoffice.remove_shipping_method")
def remove_shipping_method(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    pricing.remove_shipping_method(db, staff, pricing.shipping_method(db, public_id))
    return redirect(
        request,
        request.app.state.url_for("backoffice.shipping_settings"),
        notice="Shipping method removed.",
    )


def _save_method(
    request: Request,
    db: Db,
    staff: Actor,
    form: Submission[ShippingMethodForm],
    public_id: str | None,
) -> Response:
    staff.must("settings:write")
    if form.data:
        values = form.data.model_dump(exclude={"price", "free_from"})
        values["price_minor"] = form.data.price.minor
        values["free_from_minor"] = minor(form.data.free_from)
        try:
            if public_id is None:
                pricing.add_shipping_method(db, staff, **values)
            else:
                method = pricing.shipping_method(db, public_id)
                pricing.change_shipping_method(db, staff, method, **values)
        except (Invalid, Refused) as refusal:
            _blame(form, refusal, {"price_minor": "price", "free_from_minor": "free_from"})
    if form.errors:
        return _method(request, form, public_id, status=422)
    return redirect(
        request,
        request.app.state.url_for("backoffice.shipping_settings"),
        notice="Shipping method saved.",
    )


def _method(
    request: Request,
    form: Submission[ShippingMethodForm],
    public_id: str | None,
    status: int = 200,
) -> Response:
    return view(
        request,
        "backoffice/settings/shipping_method.html#method_form",
        {"form": form, "public_id": public_id, "countries": countries()},
        status=status,
    )


def _tax(request: Request, db: Db, form: Submission[TaxRateForm], status: int = 200) -> Response:
    return view(
        request,
        "backoffice/settings/tax.html#tax_form",
        {
            "form": form,
            "rates": prices.all_tax_rates(db),
            "names": {"*": "Everywhere else", **dict(countries())},
            "countries": [("*", "Everywhere else"), *countries()],
        },
        status=status,
    )


def _section(request: Request, name: str, form: Submission[Any], **more: object) -> Response:
    return view(request, f"backoffice/settings/{name}.html#{name}_form", {"form": form, **more})


def _answer(request: Request, name: str, form: Submission[Any], **more: object) -> Response:
    address = f"backoffice/settings/{name}.html#{name}_form"
    context = {"form": form, **more}
    if form.errors:
        return view(request, address, context, status=422)
    return after_post(
        request,
        go_to=request.app.state.url_for(f"backoffice.{name}_settings"),
        show=address,
        context=context,
        notice="Saved.",
    )


def _showing(form: type[Form], shop: Shop) -> Submission[Any]:
    known = {name: getattr(shop, name) for name in form.model_fields if hasattr(shop, name)}
    return Submission.showing(known)


def _selling_choices() -> dict[str, object]:
    english = Locale.parse("en_GB")
    return {
        "currencies": [
            (code, f"{code} · {english.currencies.get(code, code)}") for code in sorted(CURRENCIES)
        ],
        "countries": countries(),
        "locales": [(code, Locale.parse(code).get_display_name("en_GB")) for code in LOCALES],
        "zones": [
            (zone, zone.replace("_", " "))
            for zone in sorted(available_timezones())
            if "/" in zone or zone == "UTC"
        ],
    }


def _check_selling(form: Submission[SellingForm]) -> None:
    data = form.data
    if data is None:
        return
    known = dict(countries())
    if data.currency not in CURRENCIES:
        form.refuse("currency", "Choose a currency from the list.")
    elif data.country not in known:
        form.refuse("country", "Choose a country from the list.")
    elif data.time_zone not in available_timezones():
        form.refuse("time_zone", "Choose a time zone from the list.")
    elif not localedata.exists(data.locale):
        form.refuse("locale", "Choose a language from the list.")
    elif not set(data.delivery_countries) <= set(known):
        form.refuse("delivery_countries", "Choose countries from the list.")
    elif (
        data.minimum_order
        and data.maximum_order
        and data.minimum_order.minor > data.maximum_order.minor
    ):
        form.refuse("maximum_order", "The largest order cannot be below the smallest.")


def _millionths(percent: str) -> int:
    """ "19" or "7.7" per cent as millionths. Raises ``Invalid``."""
    try:
        value = Decimal(percent.replace(",", ".").removesuffix("%").strip()) * 10_000
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value() or not 0 <= value <= 1_000_000:
        raise Invalid("Enter a rate between 0 and 100, like 19 or 7.7.", field="percent")
    return int(value)


def _blame(form: Submission[Any], refusal: ShopError, renamed: dict[str, str]) -> None:
    """Put a command's refusal under the field it is about, else on top of the form."""
    field = str(refusal.facts.get("field", ""))
    form.refuse(renamed.get(field, field), refusal.detail)
