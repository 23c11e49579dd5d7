"""Trying a provider out before anybody depends on it: what it says of itself, and of our keys."""

from webapp.identities.directory import Directory
from webapp.identities.errors import ProviderFailed, TripLost
from webapp.identities.github import POST, token_place
from webapp.identities.openid import exchanged
from webapp.identities.values import Answer, Client, ProviderKind, Trip
from webapp.kit.ids import token
from webapp.kit.values import Value
from webapp.runtime.outbound import Outbound


class Finding(Value):
    """A sentence for staff."""

    is_good: bool
    says: str


def try_out(outbound: Outbound, directory: Directory, client: Client) -> list[Finding]:
    """Never raises for what the other side does: that is a finding. What cannot be tried from here
    is the redirect address, which only a person who comes back proves."""
    findings: list[Finding] = []
    place, methods = token_place(client), POST
    if client.kind is not ProviderKind.github:
        try:
            metadata = directory.metadata(client.issuer, anew=True)
            findings.append(Finding(True, f"It describes itself as {metadata.issuer}."))
            keys = directory.keys(metadata, None, anew=True)
        except ProviderFailed as problem:
            return [*findings, Finding(False, _reason(problem))]
        if not keys:
            return [*findings, Finding(False, "It publishes no key to check its word with.")]
        findings.append(Finding(True, f"It publishes {len(keys)} keys to check its word with."))
        place, methods = metadata.token_endpoint, metadata.auth_methods
    return [*findings, _of_keys(outbound, client, place, methods)]


def _of_keys(outbound: Outbound, client: Client, place: str, methods: frozenset[str]) -> Finding:
    """A code that nobody was given is refused for the code, or before that for the keys."""
    trip = Trip(client.slug, token(), token(), token())
    try:
        exchanged(outbound, client, trip, place, methods, Answer(code=token()))
    except TripLost:
        return Finding(True, "It knows the client id with this secret.")
    except ProviderFailed as problem:
        return Finding(False, _reason(problem))
    return Finding(False, "It gives tokens for any code. Do not trust it.")


def _reason(problem: ProviderFailed) -> str:
    return str(problem.facts.get("reason", "")) or problem.detail
