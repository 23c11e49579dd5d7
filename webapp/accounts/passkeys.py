"""Passkeys as browsers speak of them (WebAuthn level 3): what they are asked, and what an answer
proves. Knows no account; every answer is checked by the ``webauthn`` library."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from webapp.kit.values import Value

LONGEST_ANSWER = 20_000
"""Characters; a real one has two thousand."""
LASTS = 300
"""Seconds that a challenge may be answered, and that a browser waits for its person."""


class Place(Value):
    """Where the shop is, for a browser: passkeys are bound to it."""

    origin: str
    """``https://shop.example``, with the port where it is not the usual one."""

    @property
    def host(self) -> str:
        """The relying party's id: the name without the port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def can_have_passkeys(self) -> bool:
        """Browsers make them for names over HTTPS, and for ``localhost``; never for an address."""
        is_name = any(letter.isalpha() for letter in self.host) and ":" not in self.host
        is_local = self.host == "localhost" or self.host.endswith(".localhost")
        return is_name and (self.origin.startswith("https://") or is_local)


class Challenge(Value):
    """Random bytes that an answer has to sign, and when they were made."""

    value: bytes
    made_at: datetime


class Made(Value):
    """A passkey that a device has just made."""

    credential: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


class Shown(Value):
    """A passkey that was used, with the person verified by the device."""

    credential: str
    sign_count: int
    made_at: datetime
    """When the challenge was made that it answers."""


def creation_options(
    place: Place,
    challenge: Challenge,
    *,
    shop: str,
    handle: str,
    account: str,
    name: str,
    known: Sequence[str],
) -> str:
    """What ``navigator.credentials.create`` is given, as JSON. ``known`` are the credentials the
    person has: a device that holds one is not asked for a second."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers import structs as words

    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=shop,
        user_id=base64url_to_bytes(handle),
        user_name=account,
        user_display_name=name or account,
        challenge=challenge.value,
        timeout=LASTS * 1000,
        authenticator_selection=words.AuthenticatorSelectionCriteria(
            resident_key=words.ResidentKeyRequirement.REQUIRED,
            user_verification=words.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            words.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
        ],
    )
    return webauthn.options_to_json(options)


def request_options(place: Place, challenge: Challenge) -> str:
    """What ``navigator.credentials.get`` is given, as JSON: any passkey of this shop will do, so
    nobody has to say who they are first."""
    import webauthn
    from webauthn.helpers import structs as words

    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge.value,
        timeout=LASTS * 1000,
        user_verification=words.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def read_made(answer: str, place: Place, challenge: Challenge) -> Made | None:
    """The passkey in a device's answer; None when it is not one, is for another place or challenge,
    or the person was not verified."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential = _credential(answer)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError):
        return None
    told = credential["response"].get("transports")
    transports = told if isinstance(told, list) else []
    return Made(
        credential=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        transports=tuple(str(one)[:20] for one in transports[:8]),
    )


def credential_of(answer: str) -> str | None:
    """Which passkey an answer says it is from; nothing is proven yet."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        told = _credential(answer).get("id")
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, str) and len(told) <= 1400 else None


def read_shown(answer: str, public_key: str, place: Place, challenge: Challenge) -> Shown | None:
    """Proof that the device with this key was there, and its person verified; None without."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        shown = webauthn.verify_authentication_response(
            credential=_credential(answer),
            expected_challenge=challenge.value,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(public_key),
            # Counted by the command, which has a word to say about a count that went back.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Shown(bytes_to_base64url(shown.credential_id), shown.new_sign_count, challenge.made_at)


def _credential(answer: str) -> dict[str, Any]:
    read = json.loads(answer)
    if not isinstance(read, dict) or not isinstance(read.get("response"), dict):
        raise ValueError("not an answer of a browser")
    return read
