"""Which addresses of the internet the shop may speak to: public ones, however they are written."""

import queue
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_ALSO_REFUSED = (
    # A cloud's own services that answer on an address which looks public.
    ip_network("168.63.129.16/32"),
    # Addresses that carry an IPv4 one inside in ways this module does not unpack.
    ip_network("64:ff9b:1::/48"),
    # Protocol assignments, a cloud's metadata among them; older Pythons call most of it global.
    ip_network("192.0.0.0/24"),
    # Site-local: withdrawn, still routed inside some networks.
    ip_network("fec0::/10"),
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet.

    Refuses private, loopback, link-local (so also the metadata services of clouds), carrier-grade,
    multicast, reserved and documentation ranges, and IPv6 forms that hide such an IPv4 address.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_public(str(inner))
    if any(found in network for network in _ALSO_REFUSED if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def resolve(host: str, port: int, timeout: float) -> list[str]:
    """All addresses of a host, in the order of preference. Raises ``OSError``, also when the
    resolver takes longer than ``timeout`` seconds, which it knows no option for."""
    answer: queue.Queue[list[str] | OSError] = queue.Queue(1)

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answer.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        addresses = answer.get(timeout=max(timeout, 0.001))
    except queue.Empty:
        raise TimeoutError(f"the name {host} was not resolved in time") from None
    if isinstance(addresses, OSError):
        raise addresses
    return addresses


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo or NAT64."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
