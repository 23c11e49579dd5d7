"""What a catalogue file can be refused for as a whole. Single rows are refused in place."""

from webapp.kit.errors import Invalid


class Unreadable(Invalid):
    """The file is not a table we can read."""

    title = "This file cannot be read"


class TooLarge(Unreadable):
    """The file has more bytes, rows or columns than one import may have."""

    title = "This file is too large"


class NotUnderstood(Unreadable):
    """A table, but its columns do not say what a catalogue needs to know."""

    title = "This file is not understood"
