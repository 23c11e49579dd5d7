"""Notices tell staff of what needs them. Owns notices, who has seen them and how each of the staff
wants to be told; listens to orders, stock, imports and whatever can fail in silence."""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.notices.handlers import handlers
    from webapp.notices.jobs import jobs
    from webapp.notices.mails import mails

    return Behind(handlers=handlers, jobs=jobs, mails=mails)


notices = Feature(
    "notices", pages=Late("webapp.notices.pages:pages", under=("/admin",)), behind=behind
)
