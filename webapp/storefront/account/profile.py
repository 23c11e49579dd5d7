"""What somebody tells about themselves: name, language, picture, and whether they want our news."""

import contextlib
import re
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale
from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, profiles, queries
from webapp.accounts.errors import NameTaken
from webapp.accounts.guards import Customer, CustomerBeside
from webapp.accounts.queries import Member
from webapp.accounts.words import NEWS
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.ids import random_text
from webapp.media.commands import squared
from webapp.runtime.db import Database
from webapp.shop import queries as shops
from webapp.storefront.account.forms import NewsForm, PictureForm, ProfileForm
from webapp.storefront.account.manners import private
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

PAGE = "/account/profile"
FORM = "account/profile.html#profile_form"
PICTURE = "account/profile.html#picture_form"
SIDE = 256
"""Pixels of a picture's side: twice what is shown."""

_NAME = re.compile(r"[0-9A-Za-z]{40}\.webp")

Told = Annotated[Submission[ProfileForm], Depends(submitted(ProfileForm))]
Shown = Annotated[Submission[PictureForm], Depends(submitted(PictureForm))]
News = Annotated[Submission[NewsForm], Depends(submitted(NewsForm))]


@pages.get(PAGE, name="account.profile")
def profile(request: Request, member: Customer, db: Db) -> Response:
    return private(view(request, FORM, _context(db, member)))


@pages.post(PAGE, name="account.submit_profile")
def submit_profile(request: Request, form: Told, member: Customer, db: Db) -> Response:
    shop = shops.current(db)
    told = form.data
    if told and told.locale and told.locale not in shops.LOCALES:
        form.refuse("locale", "Choose a language from the list.")
    if told and told.time_zone and told.time_zone not in dict(_zones()):
        form.refuse("time_zone", "Choose a time zone from the list.")
    if form.data:
        person = queries.by_public_id(db, member.person)
        try:
            commands.change_profile(
                db,
                person,
                name=form.data.name,
                locale=form.data.locale,
                time_zone=form.data.time_zone,
                username=form.data.username if shop.usernames else None,
            )
        except (NameTaken, Invalid) as refusal:
            form.refuse(str(refusal.facts.get("field", "")), refusal.detail)
    if form.errors:
        return private(view(request, FORM, {**_context(db, member), "form": form}, status=422))
    return redirect(request, PAGE, notice="Your profile is changed.")


@pages.post("/account/profile/picture", name="account.submit_picture")
def submit_picture(
    request: Request, form: Shown, member: CustomerBeside, data: Data, app: App
) -> Response:
    """Take a picture in: never as it was sent, always written anew, and square."""
    body = b""
    if form.data:
        try:
            body = squared(form.data.picture.read(), SIDE)
        except Invalid as refusal:
            form.refuse("picture", refusal.detail)
    if not body:
        return _picture_again(request, data, member, form)
    key = f"avatars/{random_text(40)}.webp"
    app.storage.put(body, key)
    try:
        with data.writing() as session:
            commands.set_avatar(session, member, key)
    except BaseException:
        app.storage.delete(key)
        raise
    return redirect(request, PAGE, notice="This is your picture now.")


@pages.post("/account/profile/picture/remove", name="account.remove_picture")
def remove_picture(request: Request, member: Customer, db: Db) -> Response:
    commands.set_avatar(db, member, "")
    return redirect(request, PAGE, notice="Your picture is removed.")


@pages.post("/account/profile/news", name="account.submit_news")
def submit_news(request: Request, form: News, member: Customer, db: Db) -> Response:
    """Yes or no to our news, noted with time, place and words."""
    wants = form.data is not None and form.data.news
    person = queries.by_public_id(db, member.person)
    commands.say_consent(
        db, person.email, person=person, is_given=wants, source="profile", wording=NEWS
    )
    notice = "We will write to you now and then." if wants else "We do not send you news."
    return redirect(request, PAGE, notice=notice)


@pages.get("/account/pictures/{name}", name="account.picture")
def picture(request: Request, member: Customer, db: Db, app: App, name: str) -> Response:
    """Somebody's picture, for themselves and for staff who may see customers."""
    key = f"avatars/{name}"
    owner = profiles.avatar_of(db, key) if _NAME.fullmatch(name) else None
    if owner is None or not (owner == member.key or member.actor.may("customers:read")):
        raise NotFound("There is no such picture.")
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "sandbox"}
    with contextlib.closing(app.storage.open(key)) as file:
        return private(Response(file.read(), media_type="image/webp", headers=headers))


def picture_path(avatar: str) -> str:
    """Where the picture that lies under this key of the storage is shown; empty for none."""
    return f"/account/pictures/{avatar.removeprefix('avatars/')}" if avatar else ""


@cache
def _zones() -> tuple[tuple[str, str], ...]:
    """The machine's list is read from its files, which takes a while."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return tuple((zone, zone.replace("_", " ")) for zone in zones)


def _picture_again(
    request: Request, data: Database, member: Member, form: Submission[PictureForm]
) -> Response:
    with data.reading() as session:
        request.state.db = session
        try:
            context = {**_context(session, member), "picture_form": form}
            return private(view(request, PICTURE, context, status=422))
        finally:
            del request.state.db


def _context(session: Session, member: Member) -> dict[str, Any]:
    shop = shops.current(session)
    told = profiles.profile(session, member.key)
    form: Submission[ProfileForm] = Submission.showing(
        {
            "name": told.name,
            "username": told.username,
            "locale": told.locale,
            "time_zone": told.time_zone,
        }
    )
    return {
        "member": member,
        "profile": told,
        "form": form,
        "picture_form": Submission[PictureForm](),
        "picture": picture_path(told.avatar),
        "consent": profiles.consent_of(session, member.key),
        "news": NEWS,
        "to_come": profiles.email_to_come(session, member.key),
        "usernames": shop.usernames,
        "locales": [
            (code, Locale.parse(code).get_display_name(shop.locale)) for code in shops.LOCALES
        ],
        "time_zones": _zones(),
    }
