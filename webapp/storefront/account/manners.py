"""How pages of an account behave: they are not to be found, kept or told to anybody."""

from starlette.responses import Response


def private(response: Response) -> Response:
    """``view`` keeps it out of caches; this keeps it out of search engines, and its address, which
    may hold a secret, out of what is told to other places."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
