"""Background work about signing in with others."""

from datetime import timedelta

from webapp.identities import commands
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("identities")


@jobs.job()
def mail_link(context: JobContext, email: str, name: str) -> None:
    """Mail a link to a mailbox that a provider did not vouch for.

    A job because whoever asks must not see, by words or by time, whether there is an account.
    """
    with context.writing() as session:
        commands.begin_account(session, email, name=name)


@jobs.job(every=timedelta(hours=1))
def tidy(context: JobContext) -> dict[str, int]:
    """Forget the trips that are over."""
    with context.writing() as session:
        return {"trips": commands.forget_spent(session)}
