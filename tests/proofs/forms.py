"""Filling in forms as a browser would: every field of the form, with what a person types."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

TYPED = {
    "email": "{name}@example.com",
    "name": "Ada Lovelace",
    "given-name": "Ada",
    "family-name": "Lovelace",
    "address-line1": "Musterstrasse 1",
    "street-address": "Musterstrasse 1",
    "postal-code": "10115",
    "address-level2": "Berlin",
    "tel": "+49 30 123456",
}
"""What is typed, by the field's autocomplete word."""


def filled(html: str, selector: str, *, name: str) -> tuple[str, dict[str, str]]:
    """The form's address and everything it would send: defaults kept, blanks filled in."""
    form = LexborHTMLParser(html).css_first(selector)
    if form is None:
        raise LookupError(f"There is no form {selector} on the page.")
    sent: dict[str, str] = {}
    for node in form.css("input, select, textarea"):
        key = node.attributes.get("name")
        if not key or node.attributes.get("disabled") is not None:
            continue
        value = _value(node, key in sent)
        if value is None:
            continue
        words = (node.attributes.get("autocomplete") or "").split()
        if not value and words and "required" in node.attributes:
            value = TYPED.get(words[-1], "").format(name=name)
        sent[key] = value
    default = next(
        (b for b in form.css("button") if (b.attributes.get("type") or "submit") == "submit"), None
    )
    if default is not None and default.attributes.get("name"):
        sent[default.attributes["name"] or ""] = default.attributes.get("value") or ""
    return form.attributes.get("action") or "", sent


def _value(node: LexborNode, known: bool) -> str | None:
    kind = node.attributes.get("type") or "text"
    if node.tag == "select":
        options = node.css("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return chosen[0].attributes.get("value") or "" if chosen else None
    if node.tag == "textarea":
        return (node.text() or "").strip()
    if kind == "radio":
        if "checked" in node.attributes or not known:
            return node.attributes.get("value") or "on"
        return None
    if kind == "checkbox":
        wanted = "checked" in node.attributes or "required" in node.attributes
        return (node.attributes.get("value") or "on") if wanted else None
    if kind in {"submit", "button", "image", "reset", "file"}:
        return None
    return node.attributes.get("value") or ""
