"""What the documents promise is there: the tests, files and proofs that they name."""

import re
from pathlib import Path

import pytest

from tests.proofs.__main__ import PROOFS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")
PROOF = re.compile(r"`bin/prove ([\w-]+)")
REQUIREMENT = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \| (met|n/a|not met) \| (.+) \|$", re.M)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document: Path):
    text = document.read_text()
    missing = [
        f"{file}::{name}"
        for file, name in TEST.findall(text)
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text()
    ]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    known = {*PROOFS, "all"}
    missing += [f"bin/prove {name}" for name in PROOF.findall(text) if name not in known]

    assert missing == []


def test_every_requirement_about_people_has_its_answer():
    """The numbers of chapters 6 to 8 of OWASP ASVS 5.0, section by section."""
    sections = {
        6: (3, 12, 8, 6, 8, 4, 2, 4),
        7: (3, 4, 2, 5, 3, 2),
        8: (4, 4, 3, 2),
    }
    expected = {
        (chapter, section, number)
        for chapter, sizes in sections.items()
        for section, size in enumerate(sizes, 1)
        for number in range(1, size + 1)
    }

    answered = REQUIREMENT.findall((ROOT / "docs/security.md").read_text())

    numbers = [tuple(int(part) for part in one[:3]) for one in answered]
    assert sorted(numbers) == sorted(expected)
    assert all(len(one[4]) > 5 for one in answered)
