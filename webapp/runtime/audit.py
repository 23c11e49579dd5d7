"""What must hold of events: each subject's chain is unbroken, and nothing in it was altered."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from webapp.runtime.chains import file_faults, verify_all_chains

MOST_TOLD = 50
"""Faults named one by one; a log that was rewritten would otherwise print itself."""


def event_chains_hold(session: Session) -> list[str]:
    """I14: every event carries the hash of the one before it, and its own; none is missing."""
    faults = file_faults(session)
    for (kind, subject_id), fault in verify_all_chains(session):
        if len(faults) >= MOST_TOLD:
            faults.append("... and more")
            break
        faults.append(f"{kind} {subject_id}: {fault}")
    return faults


CHECKS: dict[str, Callable[[Session], Sequence[str]]] = {
    "I14 event chains verify": event_chains_hold,
}
