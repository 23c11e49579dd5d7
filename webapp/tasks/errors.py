"""What is said no to."""

from webapp.kit.errors import Invalid, Refused


class KeyUsedBefore(Refused):
    title = "This key was used for something else"


class UnknownKind(Invalid):
    title = "There is no such kind of task"
