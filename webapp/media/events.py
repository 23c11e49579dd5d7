"""What media says."""

from webapp.runtime.events import Event, Subject


class FileStored(Event):
    """A picture that was not there before is kept."""

    name = "media.stored"
    file_id: int
    public_id: str
    sha256: str
    original_name: str

    @property
    def subject(self) -> Subject:
        return "media", self.public_id
