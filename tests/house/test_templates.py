"""What holds for every template, and for every fragment that the code asks for."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    # Parts and macros are never addressed by a block of theirs.
    if not path.name.startswith("_") and path.parent.name != "ui"
)
ALL = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    # Mail is read by other programs, under other rules: see tests/runtime/mail.
    if path.relative_to(TEMPLATES).parts[0] != "mail"
)
ADDRESS = re.compile(r'"([\w/]+\.html)#(\w+)"')
ADDRESSES = sorted(
    {
        found
        for path in (ROOT / "webapp").rglob("*.py")
        for found in ADDRESS.findall(path.read_text())
    }
)


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


def source_of(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_template_sets_and_imports_nothing_at_the_top(name: str, environment: Environment):
    """A block rendered alone does not run the top level: what is set there is missing from it."""
    tree = environment.parse(source_of(name))
    loose = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport)
    assert [node for node in tree.body if isinstance(node, loose)] == []


@pytest.mark.parametrize(("path", "block"), ADDRESSES)
def test_a_fragment_that_code_names_is_there_with_its_id(path: str, block: str):
    """Exactly one element, whose id is the block's name, so that a swap finds it again.

    Parts that land elsewhere (``hx-partial``) may stand beside it, or alone.
    """
    inner = _block(source_of(path), block)

    roots = _roots(inner)

    if not roots and "<hx-partial" in inner:
        return
    assert len(roots) == 1, f"{path}#{block} has the roots {roots}"
    assert roots[0][1] == block.replace("_", "-"), f"{path}#{block}"


@pytest.mark.parametrize("name", ALL)
def test_a_template_keeps_to_what_the_policy_allows(name: str):
    text = re.sub(r"{#.*?#}", "", source_of(name), flags=re.DOTALL)
    assert re.findall(r"\sstyle=|\son[a-z]+=|javascript:|<style", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*ld\+json)[^>]*>", text) == []
    assert re.findall(r"https?://(?!schema\.org|www\.sitemaps\.org)[\w.]+", text) == []


@pytest.mark.parametrize("name", ALL)
def test_htmx_is_written_so_that_the_page_stays_valid(name: str):
    """``data-hx-...`` on elements; the short spelling only on partials, which no page holds."""
    outside = re.sub(r"<hx-partial[^>]*>", "", source_of(name))
    assert re.findall(r"\shx-[\w:-]+=", outside) == []


@pytest.mark.parametrize("name", ALL)
def test_a_form_works_without_script(name: str):
    """It has a method or an address of its own beside what htmx is told."""
    forms = re.findall(r"<form\b[^>]*>", re.sub(r"{{.*?}}", "x", source_of(name), flags=re.DOTALL))
    assert [form for form in forms if "method=" not in form] == []


def _block(source: str, name: str) -> str:
    """What stands between the block's own tags."""
    tags = list(re.finditer(r"{%[-+]?\s*(block\s+(\w+)|endblock)\b[^%]*%}", source))
    starts = [at for at, tag in enumerate(tags) if tag[2] == name]
    assert len(starts) == 1, f"{len(starts)} blocks {name!r}"
    depth = 0
    for tag in tags[starts[0] :]:
        depth += 1 if tag[2] else -1
        if depth == 0:
            return source[tags[starts[0]].end() : tag.start()]
    raise AssertionError(f"block {name!r} is not closed")


def _roots(inner: str) -> list[tuple[str, str]]:
    """Tag and id of each element at the top of a piece of template."""
    plain = re.sub(r"{#.*?#}|{%.*?%}", "", inner, flags=re.DOTALL)
    plain = re.sub(r"{{.*?}}", "x", plain, flags=re.DOTALL)
    body = LexborHTMLParser(plain).body
    assert body is not None
    return [
        (node.tag or "", node.attributes.get("id") or "")
        for node in body.iter(include_text=False)
        if node.tag != "hx-partial"
    ]
