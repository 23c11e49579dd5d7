"""Why a file is not taken as a picture."""

from webapp.kit.errors import Invalid


class NotAPicture(Invalid):
    title = "Not a picture"


class PictureDamaged(Invalid):
    title = "The picture is damaged"


class PictureTooLarge(Invalid):
    title = "The picture is too large"
