"""What webhooks refuse."""

from webapp.kit.errors import Invalid, NotFound, Refused


class NoSuchEndpoint(NotFound):
    title = "No such endpoint"


class NoSuchDelivery(NotFound):
    title = "No such delivery"


class BadEndpoint(Invalid):
    title = "Please check the endpoint"


class NothingToSend(Refused):
    title = "There is nothing to send"


class EndpointIsOff(Refused):
    title = "The endpoint is switched off"
