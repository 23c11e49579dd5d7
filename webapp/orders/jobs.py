"""What orders do after the answer has left."""

from datetime import timedelta

from webapp.orders import commands
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("orders")


@jobs.job(retries=2, priority=-5)
def answer_lookup(context: JobContext, number: str, email: str) -> None:
    """Send a link if number and address belong together.

    Done here and not in the request, so that the request takes as long and writes as much for an
    order that is there as for one that is not.
    """
    with context.writing() as session:
        commands.ask_for_link(session, number=number, email=email)


@jobs.job(every=timedelta(days=1))
def forget_due(context: JobContext) -> dict[str, int]:
    """Forget what invoices of erased buyers had to say, once the law does not ask for it."""
    forgotten = 0
    while True:
        with context.writing() as session:
            some = commands.forget_due(session)
        forgotten += some
        if not some:
            return {"forgotten": forgotten}
