"""Media owns uploaded pictures and the sizes made of them; it listens to itself, to make those."""

from webapp.feature import Behind, Feature
from webapp.media.pages import pages


def behind() -> Behind:
    from webapp.media.handlers import handlers
    from webapp.media.jobs import jobs

    return Behind(handlers=handlers, jobs=jobs)


media = Feature("media", pages=pages, permissions={"media:write": "Upload pictures"}, behind=behind)
