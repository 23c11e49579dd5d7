"""OpenID Connect by the code flow with PKCE: the way there, and what comes of the way back.

Every check of OpenID Connect Core 3.1.3.7 is made; what is signed, hashed and encoded is authlib's
and joserfc's. What goes over the wire goes through ``Outbound``.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from webapp.identities.directory import PATIENCE_S, Directory, Metadata, failed, read_json
from webapp.identities.errors import ProviderFailed, SaidNo, TripLost
from webapp.identities.introducing import introduction
from webapp.identities.values import Answer, Client, Introduction, ProviderKind, Trip
from webapp.kit.clock import now
from webapp.runtime.outbound import Fetched, Outbound, OutboundFailed, OutboundRefused
from webapp.runtime.secrets import same

SCOPE = "openid email profile"
LEEWAY_S = 60
"""By which two clocks may differ."""
OLDEST_S = 600
LARGEST_ANSWER = 100_000
LONGEST_TOKEN = 20_000
_PERSON_SAID_NO = {
    "access_denied",
    "consent_required",
    "interaction_required",
    "login_required",
    "account_selection_required",
}


def way_to(directory: Directory, client: Client, trip: Trip, *, prompt: str = "") -> str:
    """Where to send the browser. Raises ``ProviderFailed``."""
    metadata = directory.metadata(client.issuer)
    return authorization_url(
        metadata.authorization_endpoint, client, trip, scope=SCOPE, nonce=trip.nonce, prompt=prompt
    )


def authorization_url(place: str, client: Client, trip: Trip, *, scope: str, **more: str) -> str:
    # Late, as everything of authlib's: a shop without providers does not carry it.
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    url: str = prepare_grant_uri(
        place,
        client_id=client.client_id,
        response_type="code",
        redirect_uri=client.redirect_uri,
        scope=scope,
        state=trip.state,
        code_challenge=create_s256_code_challenge(trip.verifier),
        code_challenge_method="S256",
        **{name: value for name, value in more.items() if value},
    )
    return url


def introduced(
    outbound: Outbound, directory: Directory, client: Client, trip: Trip, answer: Answer
) -> Introduction:
    """Whom the provider has sent back. ``state`` was compared before. Raises ``SaidNo``,
    ``TripLost`` (another provider answered) and ``ProviderFailed``."""
    metadata = directory.metadata(client.issuer)
    _check_who_answers(metadata, answer)
    check_error(answer)
    tokens = exchanged(
        outbound, client, trip, metadata.token_endpoint, metadata.auth_methods, answer
    )
    claims = _claims(directory, metadata, client, trip, tokens)
    said = claims
    if not said.get("email") and metadata.userinfo_endpoint and tokens.get("access_token"):
        said = {**_asked_about(outbound, metadata, tokens, str(claims["sub"])), **claims}
    return introduction(
        client,
        subject=said["sub"],
        email=said.get("email"),
        is_verified=said.get("email_verified") in (True, "true"),
        name=said.get("name"),
        handle=said.get("preferred_username"),
    )


def check_error(answer: Answer) -> None:
    """Raise what the provider reports instead of a code."""
    if answer.error in _PERSON_SAID_NO:
        raise SaidNo("You did not go on there, so nothing has happened here.")
    if answer.error or not answer.code:
        told = f"{answer.error} {answer.error_description}".strip()
        raise failed(f"It sent people back with: {told[:200] or 'neither a code nor an error'}.")


def exchanged(
    outbound: Outbound,
    client: Client,
    trip: Trip,
    place: str,
    methods: frozenset[str],
    answer: Answer,
) -> Mapping[str, Any]:
    """The tokens for the code. Raises ``ProviderFailed``, or ``TripLost`` for a code that is no
    good any more."""
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    body = prepare_token_request(
        "authorization_code",
        redirect_uri=client.redirect_uri,
        code=answer.code,
        code_verifier=trip.verifier,
    )
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if "client_secret_basic" in methods or "client_secret_post" not in methods:
        # Encoded first (RFC 6749, 2.3.1), which authlib leaves out.
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.secret)}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode("ascii")
    else:
        body += f"&client_id={quote_plus(client.client_id)}"
        body += f"&client_secret={quote_plus(client.secret)}"
    said = read_json(sent(outbound, place, body=body.encode(), headers=headers), "Its token answer")
    error = said.get("error")
    if error in {"invalid_grant", "bad_verification_code"}:
        raise TripLost("It was used already, or took too long. Start again.")
    if error:
        raise failed(f"{_explained(str(error))} {str(said.get('error_description', ''))[:150]}")
    return said


def sent(
    outbound: Outbound, url: str, *, body: bytes | None = None, headers: Mapping[str, str]
) -> Fetched:
    """Ask the provider something; its 4xx answers are answers. Raises ``ProviderFailed``."""
    try:
        if body is None:
            answer = outbound.get(
                url, max_bytes=LARGEST_ANSWER, timeout=PATIENCE_S, redirects=0, headers=headers
            )
        else:
            answer = outbound.post(
                url, body=body, headers=headers, max_bytes=LARGEST_ANSWER, timeout=PATIENCE_S
            )
    except (OutboundRefused, OutboundFailed) as problem:
        raise failed(f"{url[:150]}: {problem.detail}") from None
    if answer.status >= 500 or 300 <= answer.status < 400:
        raise failed(f"{url[:200]} answered with {answer.status}.")
    return answer


def _explained(error: str) -> str:
    if error in {"invalid_client", "incorrect_client_credentials", "unauthorized_client"}:
        return f"It does not know the client id, or not with this secret ({error[:60]})."
    if error == "redirect_uri_mismatch":
        return "The redirect address is not entered there (redirect_uri_mismatch)."
    return f"It gave no tokens: {error[:100]}."


def _check_who_answers(metadata: Metadata, answer: Answer) -> None:
    """RFC 9207: the answer of another provider must not be taken for that of this one."""
    is_missing = metadata.says_who_answers and not answer.iss
    if is_missing or (answer.iss and not same(answer.iss, metadata.issuer)):
        raise TripLost("The answer came from somebody else than was asked. Start again.")


def _claims(
    directory: Directory,
    metadata: Metadata,
    client: Client,
    trip: Trip,
    tokens: Mapping[str, Any],
) -> Mapping[str, Any]:
    """What the ID token says, once everything about it was found right."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    token = tokens.get("id_token")
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise failed("It gave no ID token. Does its client allow the scope “openid”?")
    try:
        decoded = _decoded(directory, metadata, token)
        issuers = {metadata.issuer}
        if client.kind is ProviderKind.google:
            issuers.add("accounts.google.com")  # as its older tokens say
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "values": sorted(issuers)},
                "aud": {"essential": True, "value": client.client_id},
            },
            params={
                "client_id": client.client_id,
                "nonce": trip.nonce,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(now=int(now().timestamp()), leeway=LEEWAY_S)
    except ProviderFailed:
        raise
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise failed(f"Its ID token is not right ({type(problem).__name__}: {problem}).") from None
    if claims["iat"] < now().timestamp() - OLDEST_S:
        raise failed("Its ID token was made long ago. Is its clock right?")
    return dict(claims)


def _decoded(directory: Directory, metadata: Metadata, token: str) -> Any:
    """The token, its signature checked with a key that the provider publishes."""
    from joserfc import jwk, jws, jwt
    from joserfc.errors import BadSignatureError

    header = jws.extract_compact(token.encode()).headers()
    kid = header.get("kid")
    keys = directory.keys(metadata, kid if isinstance(kid, str) else None)
    problem: Exception = BadSignatureError("no key of this name is published")
    for key in keys:
        if key.get("alg", header.get("alg")) != header.get("alg"):
            continue
        try:
            return jwt.decode(token, jwk.import_key(key), algorithms=sorted(metadata.algorithms))
        except BadSignatureError as wrong:
            problem = wrong
    raise problem


def _asked_about(
    outbound: Outbound, metadata: Metadata, tokens: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """UserInfo; what it says of somebody else than the ID token is not used (Core 5.3.2)."""
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {str(tokens['access_token'])[:4000]}",
    }
    answer = sent(outbound, metadata.userinfo_endpoint, headers=headers)
    if answer.status != 200:
        raise failed(f"Its UserInfo endpoint answered with {answer.status}.")
    said = read_json(answer, "Its UserInfo answer")
    if said.get("sub") != subject:
        raise failed("Its UserInfo answer is about somebody else than its ID token.")
    return said
