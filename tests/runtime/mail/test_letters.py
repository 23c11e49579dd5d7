"""Writing: the sandbox, staff's own words, and what is escaped where."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jinja2 import TemplateError

from tests.runtime.mail.conftest import HEAD, LINKS, greeting
from webapp.runtime.mail.letters import Draft, LetterPress, Sources

CHECKER = Path(__file__).resolve().parents[2] / "tools/node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.fixture
def press(templates):
    return LetterPress(templates, LINKS)


def draft(words="how are you?", **sources):
    return Draft(greeting, {"name": "Ada", "words": words}, HEAD, "en_GB", Sources(**sources))


def test_html_is_escaped_and_text_is_not(press):
    letter = press.write(draft("<b>5 < 6 & 7</b>"))

    assert "<b>5 < 6 & 7</b>" in letter.text
    assert "&lt;b&gt;5 &lt; 6 &amp; 7&lt;/b&gt;" in letter.html


def test_what_people_write_is_never_read_as_a_template(press):
    letter = press.write(draft("{{ 7 * 7 }}{% raw %}"))

    assert "{{ 7 * 7 }}{% raw %}" in letter.text


def test_staff_put_their_words_in_place_of_ours(press):
    own = {"subject": "Hi {{ name }}", "text": "Own {{ words }}", "html": "<p>Own {{ words }}</p>"}

    letter = press.write(draft("<i>", **own))

    assert letter.subject == "Hi Ada"
    assert letter.text.startswith("Own <i>\n")
    assert "Lorrimore" in letter.text  # the foot stays
    assert "<p>Own &lt;i&gt;</p>" in letter.html
    assert letter.html.startswith("<!doctype html>")
    assert letter.version != press.write(draft("<i>")).version


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ shop.__init__.__globals__ }}",
        "{{ link.__self__.secret }}",
        "{{ link.__func__.__globals__ }}",
        "{{ nothing.like.this }}",
        "{% if %}",
        "{% include '../../.env' %}",
        "{{ 'x' * 10 ** 9 if words.pop() }}",
    ],
)
def test_a_template_reaches_nothing_but_what_it_is_given(press, source):
    with pytest.raises((TemplateError, TypeError, AttributeError)):
        press.write(draft(text=source))


def test_our_own_words_can_be_shown_to_staff(press):
    sources = press.sources(greeting)

    assert sources.subject == "Hello {{ name }}"
    assert sources.text is not None and "{{ words }}" in sources.text
    assert sources.html == "<p>Dear {{ name }}, {{ words }}</p>"


def test_a_subject_is_one_short_line(press):
    letter = press.write(draft(subject="a\nb\r\n\u2028c" + "x" * 500))

    assert letter.subject.startswith("a b cxxx")
    assert len(letter.subject) == 200


def test_the_frame_is_html_by_the_letter(press, tmp_path):
    java = shutil.which("java")
    if java is None or not CHECKER.is_file():
        pytest.skip("the Nu HTML checker is absent: run bin/tools")
    page = tmp_path / "letter.html"
    page.write_text(press.write(draft("<b>5 < 6</b>")).html)

    done = subprocess.run(
        [java, "-jar", CHECKER, "--format", "json", "--exit-zero-always", page],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )

    found = [fault["message"] for fault in json.loads(done.stderr)["messages"]]
    assert found == []
