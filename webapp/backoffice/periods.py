"""A period that staff ask for: two days on the shop's clock, both included."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from webapp.web.submissions import Submission

FIRST_YEAR, LAST_YEAR = 1970, 9000
"""Further away, a day has no instant in every time zone."""


def period(form: Submission[Any], time_zone: str) -> tuple[datetime | None, datetime | None]:
    """The instants of ``since`` and of the end of ``until``; a day that is none is blamed in the
    form and left out."""
    zone = ZoneInfo(time_zone)
    since, until = _day(form, "since"), _day(form, "until")
    return (
        _begin(since, zone) if since else None,
        _begin(until + timedelta(days=1), zone) if until else None,
    )


def _day(form: Submission[Any], name: str) -> date | None:
    typed = form.values.get(name, "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        form.refuse(name, "Enter a day like 2026-03-31.")
        return None
    return day


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
