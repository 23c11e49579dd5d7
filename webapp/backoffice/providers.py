"""Settings > Sign-in: whose word is taken for who somebody is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice.blaming import blame
from webapp.identities import commands, queries
from webapp.identities.errors import ProviderFailed
from webapp.identities.models import Provider
from webapp.identities.trying import Finding, try_out
from webapp.identities.values import Aim, ProviderKind
from webapp.kit.errors import Invalid, Refused, ShopError
from webapp.runtime.secrets import Sealer
from webapp.storefront.account.providers import directory_of, redirect_address, set_out
from webapp.storefront.account.talking import TalkTurn
from webapp.web.deps import Data, Db
from webapp.web.fields import Says, Secret
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter()

LIST = "backoffice/settings/sign_in.html#provider_desk"
ONE = "backoffice/settings/provider.html#provider_form"
KINDS = (
    (ProviderKind.google.value, "Google"),
    (ProviderKind.github.value, "GitHub"),
    (ProviderKind.openid.value, "Another (OpenID Connect)"),
)

Name = Annotated[str, Field(max_length=40), Says(missing="Say what the button is called.")]


class NewProviderForm(Form):
    kind: Annotated[ProviderKind, Says(missing="Choose one.", wrong="Choose one.")]
    name: Annotated[str, Field(max_length=40)] = ""
    issuer: Annotated[str, Field(max_length=300)] = ""


class ProviderForm(Form):
    """Everything but who it is. The secret that is there is kept where none is typed."""

    name: Name
    client_id: str = ""
    client_secret: Secret = ""
    is_active: bool = False
    for_staff: bool = False
    trusts_addresses: bool = False


NewAsked = Annotated[Submission[NewProviderForm], Depends(submitted(NewProviderForm))]
ProviderAsked = Annotated[Submission[ProviderForm], Depends(submitted(ProviderForm))]


@pages.get("/admin/with/{provider}", name="backoffice.with_provider")
def with_provider(
    request: Request, _turn: TalkTurn, data: Data, provider: str, to: str = ""
) -> Response:
    """Off to the provider, for staff."""
    return set_out(request, data, provider, Aim.staff, to=to)


@pages.get("/admin/settings/sign-in", name="backoffice.sign_in_settings")
def providers(request: Request, db: Db, staff: Staff) -> Response:
    """Every provider with how it goes, and the form for one more."""
    staff.must("settings:write")
    return view(request, LIST, _list(db, Submission()))


@pages.post("/admin/settings/sign-in")
def add_provider(request: Request, form: NewAsked, db: Db, staff: Staff) -> Response:
    """Add one, switched off: whoever gives keys wants to know the redirect address first."""
    staff.must("settings:write")
    if form.data:
        asked = form.data
        name = asked.name or ("" if asked.kind is ProviderKind.openid else dict(KINDS)[asked.kind])
        if not name:
            form.refuse("name", "Say what the button is called.")
        else:
            try:
                if asked.issuer and asked.kind is not ProviderKind.google:
                    directory_of(request).check(asked.issuer)
                made = commands.add_provider(
                    db, staff, kind=asked.kind, name=name, issuer=asked.issuer
                )
            except (Invalid, Refused, ProviderFailed) as refusal:
                _blame(form, refusal, "issuer")
    if form.data is None or form.errors:
        return view(request, LIST, _list(db, form), status=422)
    to = request.app.state.url_for("backoffice.provider", public_id=made.public_id)
    return redirect(request, to, notice="Added. Now enter its keys.")


@pages.get("/admin/settings/sign-in/{public_id}", name="backoffice.provider")
def provider(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("settings:write")
    return view(request, ONE, _one(request, queries.provider_by_id(db, public_id)))


@pages.post("/admin/settings/sign-in/{public_id}")
def change_provider(
    request: Request, form: ProviderAsked, data: Data, staff: StaffBeside, public_id: str
) -> Response:
    """The secret is sealed before the transaction, and never shown again."""
    staff.must("settings:write")
    sealed = None
    if form.data and form.data.client_secret:
        shop_secret = request.app.state.settings.secret_key
        sealer = Sealer(shop_secret, queries.SEALED_FOR)
        sealed = sealer.seal(form.data.client_secret.strip(), about=public_id)
    if form.data:
        values = form.data.model_dump(exclude={"client_secret"})
        try:
            with data.writing() as session:
                there = queries.provider_by_id(session, public_id)
                commands.change_provider(session, staff, there, secret_sealed=sealed, **values)
        except (Invalid, Refused) as refusal:
            _blame(form, refusal, "name")
    there = _provider(data, public_id)
    if form.data is None or form.errors:
        return view(request, ONE, _one(request, there, form=form), status=422)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.provider", public_id=public_id),
        show=ONE,
        context=_one(request, there),
        notice="Saved.",
    )


@pages.post("/admin/settings/sign-in/{public_id}/test", name="backoffice.test_provider")
def test_provider(
    request: Request, _turn: TalkTurn, data: Data, staff: StaffBeside, public_id: str
) -> Response:
    """Read what it says of itself, show it the keys, and say what is wrong."""
    staff.must("settings:write")
    there = _provider(data, public_id)
    findings: list[Finding]
    try:
        secret = request.app.state.settings.secret_key
        client = queries.as_client(there, secret, redirect_address(request, there.slug))
        findings = try_out(request.app.state.means.outbound, directory_of(request), client)
    except ProviderFailed as problem:
        findings = [Finding(False, str(problem.facts.get("reason", "")) or problem.detail)]
    if all(one.is_good for one in findings):
        with data.writing() as session:
            commands.note_success(session, there.slug)
        there = _provider(data, public_id)
    return view(request, ONE, _one(request, there, findings=findings))


@pages.get("/admin/settings/sign-in/{public_id}/removal", name="backoffice.remove_provider")
def ask_removal(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Who comes in by it, before it is gone."""
    staff.must("settings:write")
    line = next((one for one in queries.providers(db) if one.public_id == public_id), None)
    if line is None:
        queries.provider_by_id(db, public_id)
    return view(request, "backoffice/settings/provider_removal.html", {"line": line})


@pages.post("/admin/settings/sign-in/{public_id}/removal")
def remove_provider(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("settings:write")
    commands.remove_provider(db, staff, queries.provider_by_id(db, public_id))
    to = request.app.state.url_for("backoffice.sign_in_settings")
    return redirect(request, to, notice="Removed. Nobody signs in with it any more.")


def _provider(data: Data, public_id: str) -> Provider:
    with data.reading() as session:
        found = queries.provider_by_id(session, public_id)
        session.expunge(found)
        return found


def _list(session: Session, form: Submission[NewProviderForm]) -> dict[str, Any]:
    return {"providers": queries.providers(session), "kinds": KINDS, "form": form}


def _one(
    request: Request,
    provider: Provider,
    *,
    form: Submission[ProviderForm] | None = None,
    findings: list[Finding] | None = None,
) -> dict[str, Any]:
    names = [name for name in ProviderForm.model_fields if name != "client_secret"]
    kept = {name: getattr(provider, name) for name in names}
    return {
        "provider": provider,
        "form": form or Submission[ProviderForm].showing(kept),
        "address": redirect_address(request, provider.slug),
        "findings": findings,
    }


def _blame(form: Submission[Any], refusal: ShopError, otherwise: str) -> None:
    reason = refusal.facts.get("reason")
    if reason:
        form.refuse(otherwise, str(reason))
    else:
        blame(form, refusal, {}, otherwise=otherwise)
