"""Orders for scripts: writing to those who ordered."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from webapp.accounts.guards import Script
from webapp.orders import commands
from webapp.orders.commands import Message
from webapp.orders.schemas import NotificationIn, NotificationOut, NotificationTaskOut
from webapp.web.deps import Db

api = APIRouter(tags=["notifications"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same message sends nothing twice.",
    ),
]


@api.post(
    "/notifications",
    name="orders.api.notify",
    status_code=202,
    responses={
        200: {"model": NotificationOut, "description": "Sent by an earlier request of this key"}
    },
)
def notify_customers(
    body: NotificationIn, script: Script, db: Db, response: Response, key: IdempotencyKey = None
) -> NotificationOut:
    """Write to customers by mail, one task for each. Needs `notifications:write`.

    Somebody who is named twice, by an order and by an address, gets one message. 202 when it is on
    its way, 200 with `Idempotent-Replayed: true` when an earlier request with the same
    `Idempotency-Key` had sent it, 409 when that request was another one. When one of those named
    never ordered, nobody is written to: 422 with `unknown`. News (`"purpose": "news"`) goes to
    those alone who agreed to it; `withheld` counts the others.
    """
    message = Message(
        subject=" ".join(body.subject.split()),
        text=body.text.replace("\r\n", "\n").replace("\r", "\n").strip(),
        orders=body.orders,
        emails=[str(email) for email in body.emails],
        is_news=body.purpose == "news",
    )
    sending = commands.write_to_customers(db, script, message, key=key or "")
    if sending.is_known:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"
    return NotificationOut(
        tasks=[NotificationTaskOut(order=one.order, task=one.task) for one in sending.written],
        withheld=sending.withheld,
    )
