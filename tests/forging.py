"""What somebody would send who changes a little of what we signed or sealed."""


def altered(text: str) -> str:
    """The text with another letter in its last place but one.

    Not in its last: of a last letter of base64 (RFC 4648, 3.5) up to four bits mean nothing, so
    that changing it may change nothing.
    """
    letter = "A" if text[-2] != "A" else "B"
    return f"{text[:-2]}{letter}{text[-1]}"
