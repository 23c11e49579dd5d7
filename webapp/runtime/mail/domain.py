"""Whether the world's mail servers will believe that a message is from us.

Asks the DNS what it says of the sender's domain: who may send for it (SPF, RFC 7208), with which
key its messages are signed (DKIM, RFC 6376), what to do with those that are not (DMARC, RFC 7489),
and where answers arrive (MX). It never says more than the DNS answered.
"""

import re
import time
from collections.abc import Callable, Sequence
from typing import Literal

import idna

from webapp.kit.values import Value

Verdict = Literal["good", "warn", "bad", "unknown"]

Lookup = Callable[[str, str], Sequence[str]]
"""``(name, record type)`` gives the records, none where there are none.

Raises ``NoAnswer`` when the DNS cannot be asked."""

WHOLE_S = 12.0
"""Seconds for all questions together."""
EACH_S = 4.0

USUAL_SELECTORS = ("default", "mail", "dkim", "selector1", "selector2", "google", "k1", "s1")
MOST_SPF_LOOKUPS = 10
"""More, and receivers give up on the record (RFC 7208, section 4.6.4)."""
_ASKS_DNS = {"include", "a", "mx", "ptr", "exists", "redirect"}
_MECHANISM = re.compile("[:/=]")


class NoAnswer(Exception):
    """The DNS did not answer in time, or not at all."""


class Finding(Value):
    """One thing that was looked at; ``advice`` is empty where there is nothing to do."""

    what: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    record: str = ""


def check_domain(domain: str, selector: str = "", lookup: Lookup | None = None) -> list[Finding]:
    """What receivers find out about ``domain``, within ``WHOLE_S`` seconds.

    ``selector`` is the name of the DKIM key, where the operator knows it.
    """
    ask = lookup or dns_lookup()
    findings: list[Finding] = []
    looks: dict[str, Callable[[], Finding]] = {
        "SPF": lambda: _spf(domain, ask),
        "DKIM": lambda: _dkim(domain, selector, ask),
        "DMARC": lambda: _dmarc(domain, ask),
        "MX": lambda: _mx(domain, ask),
    }
    for what, look in looks.items():
        try:
            findings.append(look())
        except NoAnswer:
            sentence = "The DNS did not answer, so this could not be looked at."
            findings.append(Finding(what, "unknown", sentence, "Try again in a while."))
    return findings


def dns_lookup() -> Lookup:
    """Ask this machine's name servers, no longer than ``WHOLE_S`` altogether."""
    import dns.exception  # late: an idle shop asks the DNS nothing
    import dns.resolver

    deadline = time.monotonic() + WHOLE_S

    def ask(name: str, kind: str) -> Sequence[str]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer
        try:
            answers = dns.resolver.resolve(name, kind, lifetime=min(EACH_S, left), search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer from error
        if kind == "TXT":
            return [b"".join(row.strings).decode("utf-8", "replace") for row in answers]
        return [str(row) for row in answers]

    return ask


def _spf(domain: str, ask: Lookup) -> Finding:
    records = [text for text in ask(domain, "TXT") if _starts(text, "v=spf1")]
    if not records:
        return Finding(
            "SPF",
            "bad",
            "No record says who may send for this domain.",
            f"Add a TXT record to {domain}: v=spf1 include:(what your mail provider names) ~all",
        )
    if len(records) > 1:
        return Finding(
            "SPF",
            "bad",
            f"There are {len(records)} SPF records, and receivers then use none of them.",
            "Join them into one TXT record.",
            records[0],
        )
    record = records[0]
    terms = record.lower().split()[1:]
    asking = sum(_MECHANISM.split(term.lstrip("+-~?"))[0] in _ASKS_DNS for term in terms)
    if asking > MOST_SPF_LOOKUPS:
        return Finding(
            "SPF",
            "bad",
            f"The record asks for {asking} look-ups; after {MOST_SPF_LOOKUPS} receivers give up.",
            "Take out what no longer sends for you.",
            record,
        )
    if "+all" in terms or "all" in terms:
        return Finding(
            "SPF", "bad", "The record lets anybody send for this domain.", "End it in ~all.", record
        )
    if not terms or not (terms[-1].endswith("all") or terms[-1].startswith("redirect=")):
        return Finding(
            "SPF",
            "warn",
            "The record does not say what to think of everybody else.",
            "End it in ~all.",
            record,
        )
    return Finding("SPF", "good", "A record says who may send for this domain.", record=record)


def _dkim(domain: str, selector: str, ask: Lookup) -> Finding:
    tried = (selector,) if selector else USUAL_SELECTORS
    for name in tried:
        for text in ask(f"{name}._domainkey.{domain}", "TXT"):
            tags = _tags(text)
            if "p" not in tags:
                continue
            if not tags["p"]:
                return Finding(
                    "DKIM",
                    "bad",
                    f"The key {name} was withdrawn.",
                    "Publish the key that your mail provider signs with.",
                    text,
                )
            return Finding("DKIM", "good", f"The key {name} is published.", record=text)
    if selector:
        return Finding(
            "DKIM",
            "bad",
            f"There is no key called {selector}.",
            f"Publish it as a TXT record of {selector}._domainkey.{domain}.",
        )
    return Finding(
        "DKIM",
        "unknown",
        "No key was found under the usual names.",
        "Keys have names of their own: enter the one (the “selector”) your mail provider tells.",
    )


def _dmarc(domain: str, ask: Lookup) -> Finding:
    labels = domain.split(".")
    # The domain itself, else the one it belongs to (the shortest that is more than a suffix).
    for place in dict.fromkeys((domain, ".".join(labels[-3:]), ".".join(labels[-2:]))):
        records = [text for text in ask(f"_dmarc.{place}", "TXT") if _starts(text, "v=dmarc1")]
        if len(records) > 1:
            return Finding(
                "DMARC",
                "bad",
                f"There are {len(records)} DMARC records, and receivers then use none of them.",
                "Keep one.",
                records[0],
            )
        if records:
            return _policy(records[0], is_above=place != domain)
    return Finding(
        "DMARC",
        "warn",
        "Nothing says what receivers shall do with mail that only claims to be from you. "
        "Some large receivers ask for it.",
        f"Add a TXT record to _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:you@{domain}",
    )


def _policy(record: str, *, is_above: bool) -> Finding:
    tags = _tags(record)
    policy = tags.get("sp", tags.get("p", "")) if is_above else tags.get("p", "")
    if policy not in {"none", "quarantine", "reject"}:
        return Finding("DMARC", "bad", "The record names no policy.", "Say p=none first.", record)
    if policy == "none":
        return Finding(
            "DMARC",
            "good",
            "Receivers only report mail that claims to be from you.",
            "When the reports show only your own mail, go on to p=quarantine.",
            record,
        )
    return Finding(
        "DMARC", "good", f"Receivers shall {policy} what is not from you.", record=record
    )


def _mx(domain: str, ask: Lookup) -> Finding:
    records = [text for text in ask(domain, "MX") if text]
    if any(text.split()[-1] == "." for text in records):
        return Finding(
            "MX", "bad", "This domain says that it takes no mail, so nobody can answer you.", ""
        )
    if not records:
        return Finding(
            "MX",
            "warn",
            "No mail server is named for this domain, so answers may not arrive.",
            "Send from an address that you read, or set one for answers (VITRINE_REPLY_TO).",
        )
    return Finding("MX", "good", "Answers have somewhere to arrive.", record=records[0])


def ascii_name(selector: str) -> str | None:
    """A DKIM selector as it stands in the DNS; None for what cannot be one."""
    try:
        name = idna.encode(selector.strip().lower(), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    return name if len(name) <= 100 else None


def _starts(text: str, mark: str) -> bool:
    return text.lower().replace(";", " ").split(" ", 1)[0] == mark


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
