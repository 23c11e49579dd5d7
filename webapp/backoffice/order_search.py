"""What staff look for among the orders, read from the address of the list."""

from typing import Any

from webapp.backoffice.periods import period
from webapp.kit.values import replace
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


def read_search(form: Submission[Any], time_zone: str) -> OrderFilter:
    """The filter for ``q``, ``state``, ``since`` and ``until`` (days on the shop's clock, both
    included). A day that is none is blamed in the form and left out; an unknown state is all.
    """
    state = form.values.get("state", "")
    wanted = next((filter_ for name, _, filter_ in TABS if name == state), OrderFilter())
    since, until = period(form, time_zone)
    return replace(wanted, search=form.values.get("q", ""), since=since, until=until)
