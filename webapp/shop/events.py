"""Facts about the shop's own settings."""

from typing import Any, ClassVar

from webapp.runtime.events import Event


class SettingsChanged(Event):
    """``changed`` maps each setting's name to its value before and after."""

    name: ClassVar[str] = "shop.updated"
    changed: dict[str, list[Any]]

    @property
    def subject(self) -> tuple[str, str]:
        return ("shop", "1")

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}
