"""Text to the piece of a URL that stands for it."""

from __future__ import annotations

import re
import secrets
import string
import unicodedata
from collections.abc import Callable

LONGEST = 80
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"(?<=\w)['\u2018\u2019\u02bc](?=\w)")
_SUFFIX_LETTERS = string.digits + string.ascii_lowercase

# Letters that Unicode does not take apart into a Latin letter and an accent. Small letters only:
# text is lowered first. Cyrillic and Greek as a reader without that script would say them.
_SPELLED = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ŧ": "t", "ŋ": "ng", "ı": "i", "ĸ": "k", "ə": "e", "ĳ": "ij",
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ђ": "dj", "е": "e",
        "ѓ": "gj", "є": "ye", "ж": "zh", "з": "z", "ѕ": "dz", "и": "i", "і": "i", "ј": "j",
        "к": "k", "ќ": "kj", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h",
        "ц": "ts", "ч": "ch", "џ": "dz", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
        "э": "e", "ю": "yu", "я": "ya",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th",
        "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p",
        "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps",
        "ω": "o",
    }
)  # fmt: skip


def slugify(text: str, fallback: str = "item") -> str:
    """``text`` as small letters, digits and single hyphens, at most 80 characters.

    Accents fall away, Cyrillic and Greek are spelled in Latin letters, other scripts and signs
    are dropped. What leaves nothing (for example a name in Chinese) gives ``fallback``.
    """
    lowered = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).lower())
    apart = unicodedata.normalize("NFKD", lowered.translate(_SPELLED))
    bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_SPELLED)
    return shortened(_NOT_WORD.sub("-", bare).strip("-"), LONGEST) or fallback


def unique_slug(base: str, taken: Callable[[str], bool]) -> str:
    """``base``, or ``base-2``, ``base-3`` ... : the first that is not ``taken``.

    After fifty it stops counting and adds random letters, so that a thousand products of one
    name do not ask a million times.
    """
    if not taken(base):
        return base
    for number in range(2, 51):
        slug = f"{shortened(base, LONGEST - 3)}-{number}"
        if not taken(slug):
            return slug
    while True:
        suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(8))
        slug = f"{shortened(base, LONGEST - 9)}-{suffix}"
        if not taken(slug):
            return slug


def shortened(slug: str, longest: int) -> str:
    """``slug`` cut to ``longest`` characters, at a hyphen where one is in the second half."""
    if len(slug) <= longest:
        return slug
    cut = slug[:longest]
    hyphen = cut.rfind("-")
    if slug[longest] != "-" and hyphen >= longest // 2:
        cut = cut[:hyphen]
    return cut.strip("-")
