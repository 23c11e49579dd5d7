"""What is written to whoever bought a file."""

from typing import Any

from sqlmodel import Session, col, select

from webapp.downloads import queries
from webapp.downloads.models import Entitlement
from webapp.downloads.queries import FileState
from webapp.orders import queries as orders
from webapp.orders.links import ORDER_MAIL_LASTS, mailed_path
from webapp.orders.models import Order, OrderLine
from webapp.runtime.links import links_of
from webapp.runtime.mail import Mails

mails = Mails("downloads")


def newest_given(session: Session) -> dict[str, Any] | None:
    """The facts of the order that was given a file last, for a preview."""
    found = session.exec(
        select(Order.public_id)
        .join(OrderLine, col(OrderLine.order_id) == col(Order.id))
        .join(Entitlement, col(Entitlement.line_id) == col(OrderLine.id))
        .order_by(col(Entitlement.id).desc())
        .limit(1)
    ).first()
    return {"order": found} if found else None


@mails.kind(
    "files_ready",
    title="Files ready",
    when="When an order is paid and has files to download, or when they come later.",
    sample=newest_given,
    needs="orders:read",
)
def files_ready(session: Session, *, order: str) -> dict[str, Any]:
    """Which files there are, and the way to them: the order's page, which the link opens."""
    held = orders.by_public_id(session, order)
    lines = [
        (_title(line), [file for file in line.files if file.state is FileState.ready])
        for line in queries.of_order(session, order)
    ]
    return {
        "order": {"number": held.number, "customer_name": held.customer_name},
        "lines": [(title, files) for title, files in lines if files],
        "path": mailed_path(links_of(session), order),
        "link_days": ORDER_MAIL_LASTS.days,
    }


def _title(line: queries.BoughtLine) -> str:
    return f"{line.title} ({line.variant_title})" if line.variant_title else line.title
