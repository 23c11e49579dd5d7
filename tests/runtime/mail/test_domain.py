"""What the DNS says of a sender's domain, and that nothing is claimed that it did not say."""

from collections.abc import Sequence

import pytest

from webapp.runtime.mail.domain import NoAnswer, ascii_name, check_domain

GOOD = {
    ("shop.example", "TXT"): ["v=spf1 include:mail.example ~all", "something-else=1"],
    ("selector1._domainkey.shop.example", "TXT"): ["v=DKIM1; k=rsa; p=MIGf"],
    ("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"],
    ("shop.example", "MX"): ["10 mx.mail.example."],
}


def verdicts(records: dict[tuple[str, str], Sequence[str]], selector: str = "", of="shop.example"):
    def lookup(name: str, kind: str) -> Sequence[str]:
        return records.get((name, kind), ())

    return {found.what: found for found in check_domain(of, selector, lookup)}


def test_a_domain_that_is_well_kept():
    found = verdicts(GOOD)

    assert {what: one.verdict for what, one in found.items()} == dict.fromkeys(
        ("SPF", "DKIM", "DMARC", "MX"), "good"
    )
    assert found["SPF"].record == "v=spf1 include:mail.example ~all"


def test_a_domain_of_which_nothing_is_said():
    found = verdicts({})

    assert {what: one.verdict for what, one in found.items()} == {
        "SPF": "bad",
        "DKIM": "unknown",
        "DMARC": "warn",
        "MX": "warn",
    }
    assert all(one.advice for one in found.values())


@pytest.mark.parametrize(
    ("records", "verdict", "words"),
    [
        (["v=spf1 -all", "v=spf1 ~all"], "bad", "2 SPF records"),
        (["v=spf1 +all"], "bad", "anybody"),
        (["v=spf1 include:a.example all"], "bad", "anybody"),
        (["v=spf1 ip4:192.0.2.1"], "warn", "everybody else"),
        (["v=spf1"], "warn", "everybody else"),
        (["v=spf1 redirect=_spf.example"], "good", "who may send"),
        (["V=SPF1 a mx -all"], "good", "who may send"),
        (["v=spf10 -all"], "bad", "No record"),
        (["v=spf1 " + "include:x.example " * 11 + "~all"], "bad", "11 look-ups"),
        (["v=spf1 ip4:192.0.2.1 " + "a " * 10 + "~all"], "good", "who may send"),
    ],
)
def test_who_may_send(records, verdict, words):
    found = verdicts({("shop.example", "TXT"): records})["SPF"]

    assert (found.verdict, words in found.sentence) == (verdict, True), found


@pytest.mark.parametrize(
    ("selector", "records", "verdict"),
    [
        ("own", {("own._domainkey.shop.example", "TXT"): ["p=MIGf"]}, "good"),
        ("own", {("own._domainkey.shop.example", "TXT"): ["v=DKIM1; p="]}, "bad"),
        ("own", {}, "bad"),
        ("own", {("selector1._domainkey.shop.example", "TXT"): ["p=MIGf"]}, "bad"),
        ("", {("own._domainkey.shop.example", "TXT"): ["p=MIGf"]}, "unknown"),
        ("", {("k1._domainkey.shop.example", "TXT"): ["not a key"]}, "unknown"),
    ],
)
def test_the_key_messages_are_signed_with(selector, records, verdict):
    assert verdicts(records, selector)["DKIM"].verdict == verdict


@pytest.mark.parametrize(
    ("place", "record", "verdict", "words"),
    [
        ("_dmarc.mail.shop.example", "v=DMARC1; p=none", "good", "only report"),
        ("_dmarc.shop.example", "v=DMARC1; p=reject", "good", "reject"),
        ("_dmarc.shop.example", "v=DMARC1; p=reject; sp=none", "good", "only report"),
        ("_dmarc.mail.shop.example", "v=DMARC1; rua=mailto:a@b", "bad", "no policy"),
    ],
)
def test_what_becomes_of_what_is_not_from_us(place, record, verdict, words):
    found = verdicts({(place, "TXT"): [record]}, of="mail.shop.example")["DMARC"]

    assert (found.verdict, words in found.sentence) == (verdict, True), found


def test_a_domain_that_takes_no_mail():
    assert verdicts({("shop.example", "MX"): ["0 ."]})["MX"].verdict == "bad"


def test_a_dns_that_does_not_answer_is_told_as_that():
    def silent(_name: str, _kind: str) -> Sequence[str]:
        raise NoAnswer

    assert {one.verdict for one in check_domain("shop.example", "", silent)} == {"unknown"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Selector1", "selector1"), (" s1.mail ", "s1.mail"), ("a b", None), ("x" * 200, None)],
)
def test_the_name_of_a_key(typed, name):
    assert ascii_name(typed) == name
