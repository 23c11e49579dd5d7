"""Media owns uploaded pictures and the sizes made of them; it listens to itself, to make those."""

from webapp.feature import Feature
from webapp.media.handlers import handlers
from webapp.media.jobs import jobs
from webapp.media.pages import pages

media = Feature(
    "media",
    pages=pages,
    handlers=handlers,
    jobs=jobs,
    permissions={"media:write": "Upload pictures"},
)
