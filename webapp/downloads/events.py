"""Facts about files that are sold, and about who may have them. They name no buyer."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event, Subject


class AssetUpdated(Event):
    """Also stated when it is added, and when it is taken off sale: those who bought it keep it."""

    name: ClassVar[str] = "asset.updated"
    tells: ClassVar[str] = "A file of a product was added, renamed, moved or taken off sale."
    asset: str
    product: str
    title: str
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        return ("asset", self.asset)


class AssetOffered(Event):
    """Those who bought the product before are to get it as well."""

    name: ClassVar[str] = "asset.offered"
    asset: str
    product: str
    title: str

    @property
    def subject(self) -> Subject:
        return ("asset", self.asset)


class AssetDeleted(Event):
    """Nobody had bought it: its bytes can go."""

    name: ClassVar[str] = "asset.deleted"
    asset: str
    title: str
    storage_key: str

    @property
    def subject(self) -> Subject:
        return ("asset", self.asset)


class EntitlementEvent(Event):
    """A fact about one entitlement; ``order`` and ``asset`` are public ids."""

    entitlement: str
    order: str
    number: str
    asset: str

    @property
    def subject(self) -> Subject:
        return ("entitlement", self.entitlement)


class EntitlementGranted(EntitlementEvent):
    name: ClassVar[str] = "entitlement.granted"
    tells: ClassVar[str] = "A file of a paid order may be downloaded."


class EntitlementDownloaded(EntitlementEvent):
    """``used`` counts this one."""

    name: ClassVar[str] = "entitlement.downloaded"
    tells: ClassVar[str] = "A buyer downloaded a file."
    used: int = 1


class EntitlementRevoked(EntitlementEvent):
    name: ClassVar[str] = "entitlement.revoked"
    tells: ClassVar[str] = "A file may be downloaded no more: cancelled, refunded, or by staff."
    reason: str = ""


class EntitlementUpdated(EntitlementEvent):
    """Staff changed how often or until when it may be downloaded."""

    name: ClassVar[str] = "entitlement.updated"
    changed: dict[str, list[Any]] = field(default_factory=dict)


class FilesReady(Event):
    """Some files of an order were given to its buyer; ``batch`` tells this time from another."""

    name: ClassVar[str] = "order.files_ready"
    order: str
    number: str
    files: int
    batch: str
    is_again: bool = False
    """They had been told of them before."""

    @property
    def subject(self) -> Subject:
        return ("order", self.order)
