"""How an endpoint is called where its secret parts must not be seen."""


def shown_url(url: str) -> str:
    """The address without what follows a question mark or hash: receivers put passwords there."""
    return url.partition("?")[0].partition("#")[0]
