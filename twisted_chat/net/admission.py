"""Connection limits: in total, and per address.  Also how addresses are written.

Invariant: every ``enter`` that succeeds is followed by exactly one ``leave``, and so
is every ``enter_host`` by one ``leave_host``.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IAddress


class Admission:
    """Counts connections against two limits.

    :param limit: connections in total.
    :param limit_per_host: connections from one address.  An IPv6 network of 64 bits
        counts as one address, because that is what a household is assigned.
        Loopback addresses and Unix sockets are exempt.
    :param refused: counts what is refused: ``full`` or ``per_host``.
    :ivar total: the number of connections.
    :ivar limit_per_host: as given.
    """

    def __init__(
        self, limit: int, limit_per_host: int, refused: Counter[str] | None = None
    ) -> None:
        self.limit = limit
        self.total = 0
        self._refused: Counter[str] = Counter() if refused is None else refused
        self.limit_per_host = limit_per_host
        self._by_host: Counter[int] = Counter()

    @property
    def hosts(self) -> int:
        """The number of addresses that have connections, without those exempt."""
        return len(self._by_host)

    def enter(self, address: IAddress | None) -> str | None:
        """Count a connection.

        :return: ``None``, or why it is refused; it was not counted then.
        """
        if self.total >= self.limit:
            self._refused["full"] += 1
            return "the server is full: try again later"
        refusal = self.enter_host(address)
        if refusal is None:
            self.total += 1
        return refusal

    def leave(self, address: IAddress | None) -> None:
        """Stop counting a connection that entered."""
        self.total -= 1
        self.leave_host(address)

    def enter_host(self, address: IAddress | None) -> str | None:
        """Count a connection whose total is counted already, for its address.

        :return: as ``enter``.
        """
        host = host_key(address)
        if host is None:
            return None
        if self._by_host[host] >= self.limit_per_host:
            self._refused["per_host"] += 1
            return (
                f"too many connections from your address: {self.limit_per_host} at most"
            )
        self._by_host[host] += 1
        return None

    def leave_host(self, address: IAddress | None) -> None:
        """Stop counting a connection for its address."""
        host = host_key(address)
        if host is not None:
            self._by_host[host] -= 1
            if not self._by_host[host]:
                del self._by_host[host]


def host_key(address: IAddress | None) -> int | None:
    """What an address is counted as; ``None`` if it is exempt."""
    return _host_key_of(getattr(address, "host", ""))


# A connection asks when it is made and when it ends, often after others of its host.
@lru_cache(maxsize=1024)
def _host_key_of(host: str) -> int | None:
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif not ip.is_loopback:
            return int(ip) >> 64 << 64
    return None if ip.is_loopback else int(ip)


def format_host(address: object) -> str:
    """The address of a peer without its port: ``127.0.0.1``, ``::1``.

    An IPv4 address that is mapped into IPv6 is written as IPv4.

    :return: ``a unix socket``, or an empty string if there is no address.
    """
    if isinstance(address, UNIXAddress):
        return "a unix socket"
    host = getattr(address, "host", None)
    return _formatted(host) if isinstance(host, str) else ""


@lru_cache(maxsize=1024)
def _formatted(host: str) -> str:
    try:
        ip = ip_address(host)
    except ValueError:
        return host
    return str(getattr(ip, "ipv4_mapped", None) or ip)


_logged = True


def log_addresses(*, shown: bool) -> None:
    """Choose for the whole process whether its log names addresses of peers."""
    global _logged  # noqa: PLW0603 - the log is the process's, too
    _logged = shown


def format_address(address: object) -> str:
    """An address for the log: ``127.0.0.1:43260``, ``[::1]:43260``, ``a unix socket``.

    An IPv4 address that is mapped into IPv6 is shown as IPv4.  Port 0 is not shown: a
    proxy may tell its client's address alone.

    :return: ``a client`` if the log names no addresses; see ``log_addresses``.
    """
    if not _logged:
        return "a client"
    if isinstance(address, UNIXAddress):
        return "a unix socket"
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if not isinstance(host, str) or port is None:
        return "an unknown address"
    end = f":{port}" if port else ""
    try:
        ip = ip_address(host)
    except ValueError:
        return f"{host}{end}"
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return f"[{ip}]{end}" if ip.version == 6 else f"{ip}{end}"
