"""What staff send about their notices."""

from datetime import datetime

from webapp.web.submissions import Form


class ReadForm(Form):
    """``until`` is when the newest of those on the page happened."""

    until: datetime | None = None


class ChoicesForm(Form):
    """One field for each kind is read from what was sent: see ``pages``."""
