"""Exchange brings catalogue files in and takes the catalogue out. It owns imports."""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.exchange.jobs import jobs

    return Behind(jobs=jobs)


exchange = Feature(
    "exchange",
    pages=Late("webapp.exchange.pages:pages", under=("/admin",)),
    permissions={"imports:write": "Bring catalogue files in and take them out"},
    behind=behind,
)
