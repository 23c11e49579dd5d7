"""Why a file is not given out, or not taken."""

from webapp.kit.errors import Invalid, NotFound, Refused


class NoSuchFile(NotFound):
    """There is none, or it is not theirs: nobody is told which."""

    title = "No such file"


class Withdrawn(Refused):
    title = "This file was withdrawn"


class UsedUp(Refused):
    title = "No downloads left"


class Expired(Refused):
    title = "This download has expired"


class NothingToGive(Refused):
    title = "There is nothing to give"


class BadLimit(Invalid):
    """It cannot be the limit. The fact ``field`` names the input."""

    title = "This limit cannot be set"


class BadFile(Invalid):
    """It cannot be taken. The fact ``field`` names the input."""

    title = "This file cannot be used"


class TooManyFiles(Refused):
    title = "Too many files"
