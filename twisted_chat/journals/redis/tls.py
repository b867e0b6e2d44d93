"""TLS to Redis, and why a connection was not made, in a few words."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionDone,
    DNSLookupError,
)
from twisted.internet.error import TimeoutError as Overdue
from twisted.internet.ssl import (
    Certificate,
    PrivateCertificate,
    optionsForClientTLS,
    trustRootFromCertificates,
)

from .address import RedisAddress


def tls_options(address: RedisAddress, name: str) -> Any:
    """How to speak TLS with a host of this name; raises what files raise."""
    trust = None
    if address.ca:
        with open(address.ca, "rb") as file:  # noqa: PTH123 - a path as it was given
            trust = trustRootFromCertificates([Certificate.loadPEM(file.read())])
    mine = None
    if address.cert:
        pem = b""
        for path in (address.key, address.cert):
            with open(path, "rb") as file:  # noqa: PTH123 - likewise
                pem += file.read() + b"\n"
        mine = PrivateCertificate.loadPEM(pem)
    return optionsForClientTLS(name, trustRoot=trust, clientCertificate=mine)


def why(error: BaseException) -> str:
    """Why a connection was not made, in a few words."""
    # A connection that is not made in time is cancelled, which has a name of its own.
    if isinstance(error, TimeoutError | ConnectingCancelledError | Overdue):
        return "no answer in time"
    if isinstance(error, DNSLookupError):
        return "there is no host of that name"
    if isinstance(error, ConnectError):
        return (error.__class__.__doc__ or "it cannot be connected to").strip(". ")
    if isinstance(error, ConnectionDone):
        return "it closed the connection"
    if isinstance(error, SSL.Error) and error.args and error.args[0]:
        return ", ".join(str(part[-1]) for part in error.args[0])
    text = " ".join(str(error).split())
    return text or type(error).__name__
