"""Background work about people."""

from datetime import timedelta

from webapp.accounts import commands
from webapp.accounts.links import LinkPurpose
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("accounts")


@jobs.job()
def mail_link(context: JobContext, email: str, purpose: str) -> None:
    """Mail a link to whoever has an account with this address.

    A job because whoever asks for it must not see, by words or by time, whether there is one.
    """
    with context.writing() as session:
        commands.ask_for_link(session, email, LinkPurpose(purpose))


@jobs.job(every=timedelta(hours=1))
def tidy(context: JobContext) -> dict[str, int]:
    """Forget the sign-ins that are over and the links that are old."""
    with context.writing() as session:
        return {
            "sign_ins": commands.forget_ended(session),
            "links": commands.forget_old_links(session),
        }
