"""One try: sign the letter, send it, and say in plain words how that went."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from webapp.kit.clock import now
from webapp.runtime.outbound import Fetched, Outbound, OutboundFailed, OutboundRefused
from webapp.webhooks.signing import headers_of
from webapp.webhooks.values import Letter, Outcome

TIMEOUT_S = 10.0
HEAD_CHARS = 2_000
ANSWER_BYTES = 1_024
LONGEST_HOLD = timedelta(hours=24)


def send(outbound: Outbound, url: str, secrets: Sequence[str], letter: Letter) -> Outcome:
    """Never raises for what the other side does: that is an outcome. Takes ten seconds at most."""
    at, started = now(), time.monotonic()
    signed = headers_of(secrets, event_id=letter.event_id, at=at, body=letter.body)
    try:
        answer = outbound.post(
            url,
            body=letter.body,
            headers=signed,
            max_bytes=ANSWER_BYTES,
            timeout=TIMEOUT_S,
            cut=True,
        )
    except (OutboundRefused, OutboundFailed) as refusal:
        reason = str(refusal.facts.get("reason", ""))
        told = f"{refusal.detail} {reason}".strip()
        return Outcome(letter, at, _ms_since(started), problem=_clean(told)[:300])
    return Outcome(
        letter,
        at,
        _ms_since(started),
        status=answer.status,
        problem=_problem(answer),
        answer_head=_head(answer),
        answer=_clean(answer.body.decode("utf-8", "replace"))[:ANSWER_BYTES],
        retry_after=_retry_after(answer, at) if answer.status == 429 else None,
    )


def _problem(answer: Fetched) -> str:
    if 300 <= answer.status < 400:
        return "It answered with a redirect, and those are not followed. Enter the new address."
    return ""


def _head(answer: Fetched) -> str:
    lines = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return _clean(lines)[:HEAD_CHARS]


def _retry_after(answer: Fetched, at: datetime) -> datetime | None:
    """Seconds or a date (RFC 9110, 10.2.3); a day at most, nothing from what cannot be read."""
    text = answer.headers.get("retry-after", "").strip()
    try:
        if text.isdecimal() and len(text) < 10:
            until = at + timedelta(seconds=int(text))
        else:
            until = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(until, at), at + LONGEST_HOLD)


def _clean(text: str) -> str:
    """A NUL cannot be stored."""
    return text.replace("\0", "\ufffd")


def _ms_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
