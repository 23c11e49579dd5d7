"""GitHub speaks OAuth but not OpenID Connect: who somebody is, is asked of its API. The same for a
GitHub Enterprise Server of a company's own."""

import json
from typing import Any

from webapp.identities.directory import failed, read_json
from webapp.identities.introducing import introduction
from webapp.identities.openid import authorization_url, check_error, exchanged, sent
from webapp.identities.values import ISSUERS, Answer, Client, Introduction, ProviderKind, Trip
from webapp.runtime.outbound import Fetched, Outbound

SCOPE = "read:user user:email"
POST = frozenset({"client_secret_post"})


def way_to(client: Client, trip: Trip, *, prompt: str = "") -> str:
    """Where to send the browser."""
    place = f"{client.issuer.rstrip('/')}/login/oauth/authorize"
    # Of the values of OpenID Connect it knows one.
    chosen = "select_account" if prompt else ""
    return authorization_url(place, client, trip, scope=SCOPE, prompt=chosen)


def introduced(outbound: Outbound, client: Client, trip: Trip, answer: Answer) -> Introduction:
    """Whom it has sent back, with their primary address if that is verified. Raises ``SaidNo``,
    ``TripLost`` and ``ProviderFailed``."""
    check_error(answer)
    tokens = exchanged(outbound, client, trip, token_place(client), POST, answer)
    token = tokens.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= 1000:
        raise failed("It gave no access token.")
    user = read_json(_asked(outbound, client, token, "/user"), "Its answer about the person")
    number = user.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise failed("It does not say who the person is.")
    email, is_verified = _primary(outbound, client, token)
    return introduction(
        client,
        subject=str(number),
        email=email,
        is_verified=is_verified,
        name=user.get("name") or user.get("login"),
        handle=user.get("login"),
    )


def token_place(client: Client) -> str:
    return f"{client.issuer.rstrip('/')}/login/oauth/access_token"


def _primary(outbound: Outbound, client: Client, token: str) -> tuple[Any, bool]:
    """The primary address of ``/user/emails``: what ``/user`` says is what they choose to show."""
    answer = _asked(outbound, client, token, "/user/emails")
    for one in _listed(answer):
        if isinstance(one, dict) and one.get("primary") is True:
            return one.get("email"), one.get("verified") is True
    return None, False


def _listed(answer: Fetched) -> list[Any]:
    """Raises ``ProviderFailed`` for an answer that is no JSON list."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, list):
        raise failed("Its list of the person's addresses is none.")
    return said[:100]


def _asked(outbound: Outbound, client: Client, token: str, path: str) -> Fetched:
    base = client.issuer.rstrip("/")
    is_theirs = base == ISSUERS[ProviderKind.github]
    api = "https://api.github.com" if is_theirs else f"{base}/api/v3"
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    answer = sent(outbound, api + path, headers=headers)
    if answer.status != 200:
        raise failed(f"Its API answered {path} with {answer.status}.")
    return answer
