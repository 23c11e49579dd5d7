"""Facts about catalogue files that came in and went out."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event, Subject


class ImportFact(Event):
    """A fact about one file; ``import_`` is the public id of its import."""

    import_: str
    file_name: str

    @property
    def subject(self) -> Subject:
        return ("import", self.import_)

    def payload(self) -> dict[str, Any]:
        told = super().payload()
        return {"import": told.pop("import_"), **told}


class ImportUploaded(ImportFact):
    name: ClassVar[str] = "import.uploaded"


class ImportUpdated(ImportFact):
    """How it is read, what its columns mean or what is decided about it was changed."""

    name: ClassVar[str] = "import.updated"
    changed: dict[str, list[Any]] = field(default_factory=dict)


class ImportStarted(ImportFact):
    """``dry`` only looks at what would happen; ``again`` tries the rows that were refused."""

    name: ClassVar[str] = "import.started"
    dry: bool = False
    again: bool = False


class ImportEnded(ImportFact):
    """What its rows came to, by count."""

    rows: int = 0
    created: int = 0
    changed_rows: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0


class ImportChecked(ImportEnded):
    """The dry run is done."""

    name: ClassVar[str] = "import.checked"


class ImportCompleted(ImportEnded):
    """All rows are through; ``failed`` of them were refused."""

    name: ClassVar[str] = "import.completed"
    tells: ClassVar[str] = "A catalogue file was brought in."


class ImportFailed(ImportEnded):
    """It could not be finished. What was imported so far stays."""

    name: ClassVar[str] = "import.failed"
    problem: str = ""


class ImportCancelled(ImportEnded):
    name: ClassVar[str] = "import.cancelled"


class ImportRevertStarted(ImportFact):
    """``force``: products that somebody changed since go back as well."""

    name: ClassVar[str] = "import.revert_started"
    force: bool = False


class ImportReverted(ImportFact):
    """Of so many products what became of them: back as they were, deleted or archived because
    the import had made them, left as they are."""

    name: ClassVar[str] = "import.reverted"
    tells: ClassVar[str] = "What a catalogue file had changed was taken back."
    products: int = 0
    back: int = 0
    deleted: int = 0
    archived: int = 0
    left: int = 0


class ExportCompleted(Event):
    """The catalogue, or a part of it, left as a file."""

    name: ClassVar[str] = "export.completed"
    tells: ClassVar[str] = "The catalogue was written to a file."
    export: str
    dialect: str
    rows: int

    @property
    def subject(self) -> Subject:
        return ("export", self.export)
