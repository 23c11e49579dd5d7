"""Words of the shop's own: what is kept of them, what is refused, and that they are sent."""

import pytest

from tests.runtime.mail.conftest import greet, message
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import NotAllowed
from webapp.runtime.events import history
from webapp.runtime.mail import BadWords, MailState, Sources, sources_of
from webapp.runtime.mail.letters import OURS
from webapp.runtime.mail.wordings import put_ours_back, reword, reworded_kinds


@pytest.fixture
def press(office_with):
    return office_with().press


def say(floor, press, kind, **parts):
    with floor.writing() as session:
        return reword(session, SYSTEM, press, kind, Sources(**parts))


def test_only_what_differs_from_ours_is_kept(floor, press, kind):
    ours = press.sources(kind)

    own = say(floor, press, kind, subject="Good day {{ name }}", text=ours.text, html=ours.html)

    assert own == Sources(subject="Good day {{ name }}")
    with floor.reading() as session:
        assert sources_of(session, kind.kind) == own
        assert list(reworded_kinds(session)) == [kind.kind]
        (fact,) = history(session, "mail_wording", kind.kind)
    assert fact.payload["changed"] == {"subject": ["as Vitrine has it", "Good day {{ name }}"]}


def test_ours_again(floor, press, kind):
    say(floor, press, kind, subject="Good day")
    with floor.writing() as session:
        put_ours_back(session, SYSTEM, press, kind)

    with floor.reading() as session:
        assert sources_of(session, kind.kind) == OURS
        assert reworded_kinds(session) == {}
        assert len(history(session, "mail_wording", kind.kind)) == 2


def test_saying_the_same_again_is_no_change(floor, press, kind):
    say(floor, press, kind, text="Dear {{ name }}\r\n")
    say(floor, press, kind, text="Dear {{ name }}")

    with floor.reading() as session:
        assert len(history(session, "mail_wording", kind.kind)) == 1


@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        ({"subject": "{{ name"}, "subject", "Line 1"),
        ({"text": "one\n{% if x %}"}, "text", "Line 2"),
        ({"html": "{% endblock %}"}, "html", "Line 1"),
        ({"text": "  \n "}, "text", "cannot be empty"),
        ({"subject": "x" * 301}, "subject", "at most 300"),
        ({"html": "<p>Hi</p>< SCRIPT >x()</script>"}, "html", "no scripts"),
        ({"html": '<img src="x" onerror="x()">'}, "html", "no scripts"),
        ({"html": '<a href="JavaScript:x()">x</a>'}, "html", "no scripts"),
    ],
)
def test_what_is_no_template_is_refused(floor, press, kind, parts, field, words):
    with pytest.raises(BadWords) as refusal:
        say(floor, press, kind, **parts)

    assert refusal.value.facts["field"] == field
    assert words in refusal.value.detail


def test_it_takes_the_right_to_do_so(floor, press, kind):
    reader = Actor("staff", "per_1", "Ada", frozenset({"mail:read"}))

    with pytest.raises(NotAllowed), floor.writing() as session:
        reword(session, reader, press, kind, Sources(subject="Mine"))


def test_messages_written_from_now_on_say_so(floor, kind, templates, tmp_path, runner_with):
    from tests.runtime.mail.conftest import HEAD, LINKS, mails
    from webapp.runtime.mail import PostOffice
    from webapp.settings import Settings

    settings = Settings(_env_file=None, data_dir=tmp_path, templates_dir=templates)
    office = PostOffice(settings, LINKS, mails, lambda _session: HEAD, sources_of)
    before = greet(floor, about=("person", "1"))
    runner = runner_with(office)
    runner.run_due(raising=True)
    say(
        floor, office.press, kind, subject="Good day {{ name }}", html="<p>Hi <b>{{ name }}</b></p>"
    )
    after = greet(floor, name="<Ada>", about=("person", "2"))
    runner.run_due(raising=True)

    old, new = message(floor, before), message(floor, after)
    assert (old.mail_subject, new.mail_subject) == ("Hello Ada", "Good day <Ada>")
    assert "<p>Hi <b>&lt;Ada&gt;</b></p>" in new.html_body
    assert "Lorrimore" in new.html_body, "the frame around stays"
    assert "Dear <Ada>," in new.text_body, "what was not touched is ours"
    assert new.state is MailState.kept
    assert old.template_version != new.template_version
