"""Exchange brings catalogue files in and takes the catalogue out. It owns imports."""

from webapp.exchange.jobs import jobs
from webapp.feature import Feature, Late

exchange = Feature(
    "exchange",
    pages=Late("webapp.exchange.pages:pages", under="/admin"),
    jobs=jobs,
    permissions={"imports:write": "Bring catalogue files in and take them out"},
)
