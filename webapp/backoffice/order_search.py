"""What staff look for among the orders, read from the address of the list."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from webapp.orders.models import OrderStatus
from webapp.orders.queries import OrderFilter, Waits
from webapp.web.submissions import Submission

TABS: tuple[tuple[str, str, OrderFilter], ...] = (
    ("", "All", OrderFilter()),
    ("to-send", "To send", OrderFilter(waits=Waits.sending)),
    ("to-pay", "To pay", OrderFilter(waits=Waits.payment)),
    ("completed", "Completed", OrderFilter(status=OrderStatus.completed)),
    ("cancelled", "Cancelled", OrderFilter(status=OrderStatus.cancelled)),
)

FIRST_YEAR, LAST_YEAR = 1970, 9000
"""Further away, a day has no instant in every time zone."""


def read_search(form: Submission[Any], time_zone: str) -> OrderFilter:
    """The filter for ``q``, ``state``, ``since`` and ``until`` (days on the shop's clock, both
    included). A day that is none is blamed in the form and left out; an unknown state is all.
    """
    state = form.values.get("state", "")
    wanted = next((filter_ for name, _, filter_ in TABS if name == state), OrderFilter())
    zone = ZoneInfo(time_zone)
    since, until = _day(form, "since"), _day(form, "until")
    return replace(
        wanted,
        search=form.values.get("q", ""),
        since=_begin(since, zone) if since else None,
        until=_begin(until + timedelta(days=1), zone) if until else None,
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
