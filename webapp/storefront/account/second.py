"""The second step of signing in, signing in with a passkey, and proving anew who one is: the same
at both doors."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, cookie, factors, passkeys, queries
from webapp.accounts.commands.passkeys import REFUSED
from webapp.accounts.errors import PasskeyRefused, WrongCode
from webapp.accounts.guards import HashTurn, proves, slow_down, slow_down_codes
from webapp.accounts.queries import Credentials, Member
from webapp.identities import queries as identities
from webapp.runtime.db import Database
from webapp.storefront.account.coming_in import renew
from webapp.storefront.account.doors import Door, door_context
from webapp.storefront.account.forms import CodeForm, ConfirmForm, PasskeyForm
from webapp.storefront.account.manners import private
from webapp.web.deps import Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import local_path, redirect, view

Arrive = Callable[..., Response | None]

SECOND = "account/guard/second.html#second_form"
CONFIRM = "account/guard/confirm.html#confirm_ways"
WRONG = "That is not your password. Try it again."
LATE = "That took too long, or something has changed. Please sign in again."

Typed = Annotated[Submission[CodeForm], Depends(submitted(CodeForm))]
Shown = Annotated[Submission[PasskeyForm], Depends(submitted(PasskeyForm))]
Confirmed = Annotated[Submission[ConfirmForm], Depends(submitted(ConfirmForm))]


def second_pages(door: Door, arrive: Arrive) -> APIRouter:
    """The pages between the first factor and being in; ``arrive`` is the door's ``come_in``."""
    pages = APIRouter()

    @pages.get(f"{door.path}/second", name=f"{door.name}.second")
    def second(request: Request, db: Db, use: str = "") -> Response:
        """A code of their app, or with ``?use=recovery`` one of those kept for the day it is
        lost."""
        coming = _coming(request, db, door)
        if coming is None:
            return redirect(request, door.sign_in, notice=LATE)
        form: Submission[CodeForm] = Submission()
        return _second(request, door, form, coming, with_recovery=use == "recovery")

    @pages.post(f"{door.path}/second", name=f"{door.name}.submit_second")
    def submit_second(request: Request, form: Typed, data: Data, use: str = "") -> Response:
        """The browser is signed in only after this."""
        with data.reading() as session:
            coming = _coming(request, session, door)
        if coming is None:
            return redirect(request, door.sign_in, notice=LATE)
        known, shown = coming.half.known, ""
        if form.data:
            slow_down_codes(request, known.person, form.data.code)
            try:
                with data.writing() as session:
                    shown = commands.check_second_factor(session, known.key, form.data.code)
            except WrongCode as wrong:
                form.refuse("code", wrong.detail)
        if form.data is None:
            return _second(request, door, form, coming, with_recovery=use == "recovery", status=422)
        request.app.state.code_tries.forgive(known.person)
        way = {"how": coming.how, "keep": coming.keep, "to": coming.to}
        response = arrive(request, data, known, second=shown, **way)
        response = response or redirect(request, door.sign_in, notice=LATE)
        cookie.forget_coming(request, response)
        return response

    @pages.post(f"{door.path}/passkey/challenge", name=f"{door.name}.passkey_challenge")
    def passkey_challenge(request: Request) -> Response:
        """What a browser asks its passkeys, as JSON for its ``navigator.credentials.get``."""
        challenge = cookie.new_challenge()
        options = passkeys.request_options(cookie.place_of(request), challenge)
        response = Response(options, media_type="application/json")
        cookie.carry_challenge(request, response, challenge)
        return response

    @pages.post(f"{door.path}/passkey", name=f"{door.name}.submit_passkey")
    def submit_passkey(request: Request, form: Shown, data: Data) -> Response:
        """A passkey whose device verified its person is both factors at once."""
        response = None
        if form.data:
            known = shown_by(request, data, form.data.answer)
            if known is not None and (known.role is not None or not door.is_for_staff):
                way = {"how": "passkey", "keep": form.data.keep, "to": form.data.to}
                response = arrive(request, data, known, second="passkey", **way)
        if response is None:
            form.errors.clear()
            form.refuse("", REFUSED)
            page = "account/guard/passkey.html"
            response = private(view(request, page, door_context(door, form), status=422))
        else:
            cookie.forget_coming(request, response)
        cookie.forget_challenge(request, response)
        return response

    _confirm_pages(pages, door)
    return pages


def _confirm_pages(pages: APIRouter, door: Door) -> None:
    MemberHere = Annotated[Member, Depends(door.member, scope="function")]
    MemberBeside = Annotated[Member, Depends(door.member_beside, scope="function")]

    @pages.get(f"{door.path}/confirm", name=f"{door.name}.confirm")
    def confirm(request: Request, member: MemberHere, db: Db, to: str = "") -> Response:
        """The password, a code or a passkey once more, before something that nobody else should
        do."""
        values = {"to": local_path(to) or door.security}
        form: Submission[ConfirmForm] = Submission.showing(values)
        return _confirm(request, db, door, form, member)

    @pages.post(f"{door.path}/confirm", name=f"{door.name}.submit_confirm")
    def submit_confirm(
        request: Request,
        form: Confirmed,
        _turn: HashTurn,
        member: MemberBeside,
        data: Data,
    ) -> Response:
        """The browser gets another token as well: one that was copied before is worth nothing
        now."""
        if form.data:
            _prove_anew(request, form, data, member)
        if form.data is None:
            with data.reading() as session:
                return _confirm(request, session, door, form, member, status=422)
        response = redirect(request, local_path(form.data.to) or door.security)
        renew(request, response, data, member)
        cookie.forget_challenge(request, response)
        return response


def _prove_anew(
    request: Request, form: Submission[ConfirmForm], data: Database, member: Member
) -> None:
    asked = form.data
    if asked is None:
        return
    if asked.answer:
        known = shown_by(request, data, asked.answer)
        if known is None or known.person != member.person:
            form.refuse("", REFUSED)
    elif asked.code:
        slow_down_codes(request, member.person, asked.code)
        try:
            with data.writing() as session:
                commands.check_second_factor(session, member.key, asked.code)
        except WrongCode as wrong:
            form.refuse("code", wrong.detail)
    elif asked.password:
        with data.reading() as session:
            stored = Credentials.of(queries.by_public_id(session, member.person))
        if not proves(request, member.email, stored, asked.password):
            form.refuse("password", WRONG)
    elif "code" in form.values:
        form.refuse("code", "Enter a code.")
    else:
        form.refuse("password", "Enter your password.")


def shown_by(request: Request, data: Database, answer: str) -> Credentials | None:
    """Whose passkey answered the challenge of this browser; None when none did. The signature is
    checked between two short transactions."""
    challenge, credential = cookie.challenge_of(request), passkeys.credential_of(answer)
    slow_down(request, "passkey")
    if challenge is None or credential is None:
        return None
    with data.reading() as session:
        key = factors.passkey_of(session, credential)
    if key is None:
        return None
    shown = passkeys.read_shown(answer, key.public_key, cookie.place_of(request), challenge)
    if shown is None:
        return None
    try:
        with data.writing() as session:
            return commands.use_passkey(session, shown)
    except PasskeyRefused:
        return None


def _coming(request: Request, session: Session, door: Door) -> cookie.Coming | None:
    coming = cookie.coming_of(request, session)
    if coming is None or (door.is_for_staff and coming.half.known.role is None):
        return None
    return coming


def _second(
    request: Request,
    door: Door,
    form: Submission[CodeForm],
    coming: cookie.Coming,
    *,
    with_recovery: bool,
    status: int = 200,
) -> Response:
    mine = coming.half.factors
    context = {
        **door_context(door, form),
        "factors": mine,
        "with_recovery": with_recovery or not mine.has_app,
        "keep": coming.keep,
        "to": coming.to,
    }
    return private(view(request, SECOND, context, status=status))


def _confirm(
    request: Request,
    session: Session,
    door: Door,
    form: Submission[ConfirmForm],
    member: Member,
    *,
    status: int = 200,
) -> Response:
    context = {
        **door_context(door, form),
        "factors": factors.factors_of(session, member.key),
        "linked": identities.open_to(session, member),
    }
    return private(view(request, CONFIRM, context, status=status))
