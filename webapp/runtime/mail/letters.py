"""Writing a message: from templates and what a kind has read to subject, text and HTML.

Templates run in a sandbox, because staff may put their own words in place of ours. The HTML is
escaped by default; the text is not, because nothing in it could be taken for a tag.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from webapp.kit.values import Value
from webapp.runtime.links import Links
from webapp.runtime.mail.declaring import MailKind
from webapp.runtime.markup import plain_line
from webapp.runtime.wording import (
    Manners,
    as_date,
    as_datetime,
    money,
    number,
    size,
    speaking,
    weight,
)

LONGEST_SUBJECT = 200
_GAPS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


class Letterhead(Value):
    """Who writes: the shop as a message shows it. ``manners`` say how it writes amounts."""

    name: str
    email: str
    phone: str
    address: tuple[str, ...]
    manners: Manners


class Letter(Value):
    """A message in words. ``subject`` is one line; ``version`` tells which templates made it."""

    subject: str
    text: str
    html: str
    version: str = ""


class Sources(Value):
    """The words of a kind as template source: ours, or (None for ours) what staff wrote instead.

    ``text`` and ``html`` are what stands between greeting and foot; the frame around stays.
    """

    subject: str | None = None
    text: str | None = None
    html: str | None = None


OURS = Sources()


class Draft(Value):
    """Everything a message is written from, read and at hand: writing needs no database."""

    kind: MailKind
    values: Mapping[str, Any]
    letterhead: Letterhead
    locale: str
    sources: Sources = OURS
    way_out: str = ""
    """Where the reader ends such mail; empty where there is nothing to end."""


class LetterPress:
    """Writes drafts. One for a process; templates are compiled once."""

    def __init__(self, templates: Path, links: Links) -> None:
        self._links = links
        self._text = _environment(templates, escapes=False)
        self._html = _environment(templates, escapes=True)

    def write(self, draft: Draft) -> Letter:
        """The message. Raises jinja2's ``TemplateError`` for templates that cannot be used."""
        values = {
            **draft.values,
            "shop": draft.letterhead,
            "link": self._links.absolute,
            "way_out": draft.way_out,
            "lang": draft.locale.replace("_", "-"),
        }
        path, own = draft.kind.template, draft.sources
        with speaking(lambda: draft.letterhead.manners):
            values["subject"] = self._subject(path, own, values)
            text = _with(self._text, f"{path}.txt", "body", own.text).render(values)
            html = _with(self._html, f"{path}.html", "content", own.html).render(values)
        return Letter(values["subject"], _tidied(text), html, self.version(draft))

    def sources(self, kind: MailKind) -> Sources:
        """Our own words, as a form shows them that lets staff write others."""
        return Sources(
            subject=self._inner(kind, "txt", "subject"),
            text=self._inner(kind, "txt", "body"),
            html=self._inner(kind, "html", "content"),
        )

    def parse(self, source: str) -> None:
        """Raise jinja2's ``TemplateSyntaxError`` for what is no template."""
        self._text.parse(source)

    def version(self, draft: Draft) -> str:
        """A short hash of all the source that the kind's own words come from."""
        digest = hashlib.sha256()
        for ending in ("txt", "html"):
            digest.update(self._source(f"{draft.kind.template}.{ending}").encode())
        for own in (draft.sources.subject, draft.sources.text, draft.sources.html):
            digest.update(b"\0" if own is None else b"\1" + own.encode())
        return digest.hexdigest()[:12]

    def _subject(self, path: str, own: Sources, values: dict[str, Any]) -> str:
        if own.subject is not None:
            line = self._text.from_string(own.subject).render(values)
        else:
            template = self._text.get_template(f"{path}.txt")
            line = "".join(template.blocks["subject"](template.new_context(values)))
        return plain_line(line)[:LONGEST_SUBJECT].strip()

    def _inner(self, kind: MailKind, ending: str, block: str) -> str:
        source = self._source(f"{kind.template}.{ending}")
        found = re.search(
            rf"{{% block {block} %}}\n?(.*?)\n?{{% endblock {block} %}}", source, re.DOTALL
        )
        return found[1] if found else ""

    def _source(self, path: str) -> str:
        assert self._text.loader is not None
        return self._text.loader.get_source(self._text, path)[0]


def _with(
    environment: ImmutableSandboxedEnvironment, path: str, block: str, own: str | None
) -> Template:
    """The template, with one of its blocks written anew where there is a source for it."""
    if own is None:
        return environment.get_template(path)
    return environment.from_string(
        f'{{% extends "{path}" %}}{{% block {block} %}}{own}{{% endblock {block} %}}'
    )


def _environment(templates: Path, *, escapes: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=escapes,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=money, date=as_date, datetime=as_datetime, number=number, size=size, weight=weight
    )
    return environment


def _tidied(text: str) -> str:
    """No gaps where a part was left out, no spaces at the end of lines, one line end at the end."""
    return _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip() + "\n"
