"""Exchange brings catalogue files in and takes the catalogue out. It owns imports."""

from webapp.exchange.jobs import jobs
from webapp.exchange.pages import pages
from webapp.feature import Feature

exchange = Feature(
    "exchange",
    pages=pages,
    jobs=jobs,
    permissions={"imports:write": "Bring catalogue files in and take them out"},
)
