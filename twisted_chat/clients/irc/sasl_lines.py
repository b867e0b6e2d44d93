"""SASL as lines: what ``AUTHENTICATE`` is answered."""

from __future__ import annotations

from collections.abc import Iterator

from .message import Message
from .numerics import (
    ERR_SASLABORTED,
    ERR_SASLFAIL,
    ERR_SASLTOOLONG,
    RPL_LOGGEDIN,
    RPL_SASLMECHS,
    RPL_SASLSUCCESS,
)
from .sasl import (
    Aborted,
    Answer,
    Authenticated,
    Challenge,
    Failed,
    TooLong,
    UnknownMechanism,
)


def sasl_lines(answer: Answer, source: str) -> Iterator[Message]:
    """The lines of an answer; none if the rest of the response is to come.

    :param source: of the client.
    """
    match answer:
        case Challenge(params=params):
            for param in params:
                yield Message("AUTHENTICATE", (param,))
        case Authenticated(account=account):
            yield from logged_in_lines(account.name, source)
            yield RPL_SASLSUCCESS()
        case Failed(text=text):
            yield ERR_SASLFAIL(text=text)
        case TooLong():
            yield ERR_SASLTOOLONG()
        case Aborted():
            yield ERR_SASLABORTED()
        case UnknownMechanism(mechanisms=mechanisms):
            if mechanisms:
                yield RPL_SASLMECHS(",".join(mechanisms))
                yield ERR_SASLFAIL()
            else:
                text = (
                    "SASL authentication failed: passwords are accepted only over TLS"
                )
                yield ERR_SASLFAIL(text=text)


def logged_in_lines(account: str, source: str) -> Iterator[Message]:
    """The line that tells a client that it is logged in."""
    yield RPL_LOGGEDIN(source, account, f"You are now logged in as {account}")
