"""Text as search sees it: bare words, and how far one word is from another.

Everything that is indexed or asked goes through ``words``, so that both database engines compare
the same letters and a query can hold no operator of theirs.
"""

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")

# Scripts written without spaces: each sign is a word of its own, and a query is all of its signs.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])"
)

# Letters that do not come apart into a Latin letter and an accent.
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i",
     "æ": "ae", "œ": "oe", "ŋ": "ng", "ə": "e"}
)  # fmt: skip


def words(text: str, limit: int | None = None) -> list[str]:
    """The words of ``text``: small letters and digits without accents, signs dropped."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if unicodedata.category(c)[0] != "M").translate(_SPELLED)
    spaced = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFC", bare))
    found = [word[:LONGEST_WORD] for word in _WORD.findall(spaced)]
    return found if limit is None else found[:limit]


def fold(text: str) -> str:
    """``text`` as its bare words with single spaces between."""
    return " ".join(words(text))


def key(text: str) -> str:
    """The name of a facet or its value in an address: ``Sky Blue`` is ``sky-blue``."""
    return "-".join(words(text))[:100] or text.strip().casefold()[:100]


def code(text: str) -> str:
    """An article number without its punctuation: ``AB-12/3`` is ``ab123``."""
    return "".join(words(text))[:LONGEST_WORD]


def askable(text: str) -> str:
    """``text`` as a database can be asked about it; what is no text matches nothing."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def stems(word: str) -> list[str]:
    """The word, and what it is without a plural ending that many languages share."""
    found = [word]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        found.append(word[:-1])
        if word.endswith("ies") and len(word) > 4:
            found.append(word[:-3] + "y")
        elif word.endswith("es") and len(word) > 4:
            found.append(word[:-2])
    return found


def slips(word: str) -> list[str]:
    """The word with one letter left out, each way. Two words that are one slip apart share one."""
    shorter = {word[:place] + word[place + 1 :] for place in range(len(word))}
    return sorted({word, *shorter} - {""})


def grams(word: str) -> list[str]:
    """What a misspelt word is looked up by: slips for short words, runs of three for long ones."""
    found: set[str] = set()
    if len(word) <= 9:
        found.update(slips(word))
    if len(word) >= 6:
        padded = f"0{word}0"
        found.update(padded[place : place + 3] for place in range(len(padded) - 2))
    return sorted(found)


def allowed_slips(word: str) -> int:
    """How many slips we forgive: none in the shortest words and in numbers."""
    if len(word) < 4 or word.isdigit():
        return 0
    return 1 if len(word) < 8 else 2


def distance(one: str, other: str, most: int) -> int:
    """Letters left out, put in, replaced or swapped to get from one to the other.

    Stops counting at ``most + 1``.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for place, against in enumerate(other, 1):
            cost = min(
                above[place] + 1, line[place - 1] + 1, above[place - 1] + (letter != against)
            )
            swapped = (
                row > 1 and place > 1 and letter == other[place - 2] and one[row - 2] == against
            )
            if swapped:
                cost = min(cost, before[place - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
