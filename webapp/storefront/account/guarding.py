"""What guards an account beside its password: an app, passkeys and recovery codes are set up, named
and taken away. The same at both doors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import codes, commands, cookie, factors, passkeys
from webapp.accounts.commands.passkeys import REFUSED
from webapp.accounts.errors import WrongCode
from webapp.accounts.queries import Member
from webapp.kit.errors import Refused
from webapp.shop import queries as shops
from webapp.storefront.account.doors import Door
from webapp.storefront.account.forms import CodeForm, NewPasskeyForm, PasskeyNameForm
from webapp.storefront.account.manners import private
from webapp.web.deps import Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

APP = "account/guard/app.html#app_form"
NEW_PASSKEY = "account/guard/passkey_new.html#passkey_form"
CODES = "account/guard/codes.html"

CodeTyped = Annotated[Submission[CodeForm], Depends(submitted(CodeForm))]
PasskeyMade = Annotated[Submission[NewPasskeyForm], Depends(submitted(NewPasskeyForm))]
Named = Annotated[Submission[PasskeyNameForm], Depends(submitted(PasskeyNameForm))]


def guard_context(door: Door, request: Request, session: Session, member: Member) -> dict[str, Any]:
    """What the security page shows of it."""
    return {
        "door": door,
        "factors": factors.factors_of(session, member.key),
        "can_have_passkeys": cookie.place_of(request).can_have_passkeys,
        "must_keep_one": member.role is not None and factors.staff_must(session),
        "must_set_up": member.must_set_up,
    }


def guarding_pages(door: Door) -> APIRouter:
    """The pages of a door where it is changed; each wants its person to have proved who they are a
    few minutes ago."""
    pages = APIRouter(prefix=door.security)
    _app_pages(pages, door)
    _passkey_pages(pages, door)
    return pages


def _app_pages(pages: APIRouter, door: Door) -> None:
    Fresh = Annotated[Member, Depends(door.fresh, scope="function")]

    @pages.post("/app", name=f"{door.name}.begin_app")
    def begin_app(request: Request, member: Fresh, db: Db) -> Response:
        """Make a secret; the next page shows it."""
        commands.begin_authenticator(db, member)
        return redirect(request, request.app.state.url_for(f"{door.name}.app"))

    @pages.get("/app", name=f"{door.name}.app")
    def app(request: Request, member: Fresh, db: Db) -> Response:
        """The secret as a picture, as text and as a link, and the field for the first code."""
        return _app(request, door, db, member, Submission())

    @pages.post("/app/confirmation", name=f"{door.name}.confirm_app")
    def confirm_app(request: Request, form: CodeTyped, member: Fresh, db: Db) -> Response:
        made: list[str] = []
        if form.data:
            try:
                made = commands.confirm_authenticator(db, member, form.data.code)
            except WrongCode as wrong:
                form.refuse("code", wrong.detail)
        if form.data is None:
            return _app(request, door, db, member, form, status=422)
        return _done(request, door, made, "Your app is set up.")

    @pages.post("/app/removal", name=f"{door.name}.remove_app")
    def remove_app(request: Request, member: Fresh, db: Db) -> Response:
        commands.remove_authenticator(db, member)
        return redirect(request, door.security, notice="Your app is removed.")

    @pages.post("/codes", name=f"{door.name}.renew_codes")
    def renew_codes(request: Request, member: Fresh, db: Db) -> Response:
        """Shown in this one answer and kept nowhere."""
        return _done(request, door, commands.renew_recovery_codes(db, member), "")


def _passkey_pages(pages: APIRouter, door: Door) -> None:
    Fresh = Annotated[Member, Depends(door.fresh, scope="function")]
    FreshBeside = Annotated[Member, Depends(door.fresh_beside, scope="function")]

    @pages.get("/passkeys", name=f"{door.name}.new_passkey")
    def new_passkey(request: Request, member: Fresh, db: Db) -> Response:
        form: Submission[NewPasskeyForm] = Submission()
        return _new_passkey(request, door, form)

    @pages.post("/passkeys/challenge", name=f"{door.name}.new_passkey_challenge")
    def new_passkey_challenge(request: Request, member: Fresh, db: Db) -> Response:
        """What a browser needs to make a passkey, as JSON for ``navigator.credentials.create``."""
        challenge = cookie.new_challenge()
        options = passkeys.creation_options(
            cookie.place_of(request),
            challenge,
            shop=shops.current(db).name,
            handle=commands.passkey_handle(db, member),
            account=member.email,
            name=member.name,
            known=factors.credentials_on_devices(db, member.key),
        )
        response = Response(options, media_type="application/json")
        cookie.carry_challenge(request, response, challenge)
        return response

    @pages.post("/passkeys", name=f"{door.name}.add_passkey")
    def add_passkey(
        request: Request, form: PasskeyMade, member: FreshBeside, data: Data
    ) -> Response:
        """Its answer is proved outside of any transaction, then remembered in a short one."""
        made: list[str] = []
        if form.data:
            challenge = cookie.challenge_of(request)
            place = cookie.place_of(request)
            told = passkeys.read_made(form.data.answer, place, challenge) if challenge else None
            try:
                if told is None:
                    raise Refused(REFUSED)
                with data.writing() as session:
                    made = commands.add_passkey(session, member, told, name=form.data.name)
            except Refused as refusal:
                form.refuse("", refusal.detail)
        if form.data is None:
            response = _new_passkey(request, door, form, status=422)
        else:
            response = _done(request, door, made, "Your passkey is added.")
        cookie.forget_challenge(request, response)
        return response

    @pages.post("/passkeys/{public_id}/name", name=f"{door.name}.rename_passkey")
    def rename_passkey(
        request: Request, form: Named, member: Fresh, db: Db, public_id: str
    ) -> Response:
        name = form.data.name if form.data else ""
        commands.rename_passkey(db, member, public_id, name)
        notice = "Your passkey is renamed." if name else "It kept its name: a name is needed."
        return redirect(request, door.security, notice=notice)

    @pages.post("/passkeys/{public_id}/removal", name=f"{door.name}.remove_passkey")
    def remove_passkey(request: Request, member: Fresh, db: Db, public_id: str) -> Response:
        commands.remove_passkey(db, member, public_id)
        return redirect(request, door.security, notice="Your passkey is removed.")


def picture(text: str) -> Markup:
    """A QR code as a drawing in the page: nothing is fetched, and the secret goes nowhere."""
    import segno

    made = segno.make(text, error="m", micro=False)
    drawn = made.svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 (drawn here from text that stands nowhere in it)


def _app(
    request: Request,
    door: Door,
    session: Session,
    member: Member,
    form: Submission[CodeForm],
    *,
    status: int = 200,
) -> Response:
    secret = factors.waiting_secret(session, member)
    if secret is None:
        return redirect(request, door.security)
    shop = shops.current(session).name
    link = codes.link_for(secret, account=member.email, shop=shop)
    context = {
        "door": door,
        "form": form,
        "picture": picture(link),
        "groups": codes.grouped(secret),
        "secret": secret,
        "link": link,
    }
    return private(view(request, APP, context, status=status))


def _new_passkey(
    request: Request, door: Door, form: Submission[NewPasskeyForm], *, status: int = 200
) -> Response:
    can = cookie.place_of(request).can_have_passkeys
    context = {"door": door, "form": form, "can_have_passkeys": can}
    return private(view(request, NEW_PASSKEY, context, status=status))


def _done(request: Request, door: Door, made: list[str], notice: str) -> Response:
    """Back to the security page; where there are new recovery codes, they are shown first, once."""
    if not made:
        return redirect(request, door.security, notice=notice)
    return private(view(request, CODES, {"door": door, "codes": made, "done": notice}))
