"""How the log names a peer: as an operator would type it.

Rules of this file: whatever a transport says its peer is, it becomes words.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from twisted.internet.address import UNIXAddress


def shown(address: object) -> str:
    """An address for people: ``127.0.0.1:43260``, ``[::1]:43260``, ``a unix socket``.

    An IPv4 address that came by a socket for both is shown as what it is.
    """
    if isinstance(address, UNIXAddress):
        return "a unix socket"
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if not isinstance(host, str) or port is None:
        return "an unknown address"
    try:
        ip = ip_address(host)
    except ValueError:
        return f"{host}:{port}"
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
