"""Facts about endpoints, and the test message that is no fact of the shop."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event, Subject


class EndpointFact(Event):
    """``url`` is where it leads, without what follows a question mark: that may be a password."""

    endpoint: str
    url: str

    @property
    def subject(self) -> Subject:
        return ("webhook_endpoint", self.endpoint)


class EndpointAdded(EndpointFact):
    name: ClassVar[str] = "webhook.endpoint_added"


class EndpointChanged(EndpointFact):
    """``changed`` has [before, after] by field; a new secret and a replay are told by name."""

    name: ClassVar[str] = "webhook.endpoint_changed"
    changed: dict[str, list[Any]] = field(default_factory=dict)


class EndpointRemoved(EndpointFact):
    name: ClassVar[str] = "webhook.endpoint_removed"


class DeliveryAsked(EndpointFact):
    """Staff asked for something to be sent: a test, or one event again."""

    name: ClassVar[str] = "webhook.delivery_asked"
    cause: str
    event: str


class EndpointFailing(EndpointFact):
    """Nothing got through for ``days`` days (1 or 3). After five it is switched off."""

    name: ClassVar[str] = "webhook.endpoint_failing"
    days: int
    problem: str


class EndpointDisabled(EndpointFact):
    name: ClassVar[str] = "webhook.endpoint_disabled"
    tells: ClassVar[str] = "An endpoint was switched off because nothing got through."
    reason: str
