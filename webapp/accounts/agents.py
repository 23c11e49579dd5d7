"""What a browser calls itself, in words a person recognises."""

import re

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,29}")


def browser_name(user_agent: str) -> str:
    """``Firefox on Windows``; what it says first of itself when we know no better."""
    program = next((name for mark, name in _PROGRAMS if f"{mark}/" in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if program and system:
        return f"{program} on {system}"
    if program or system:
        return program or system
    named = _NAME.match(user_agent)
    return named[0].strip() if named else "An unknown browser"
