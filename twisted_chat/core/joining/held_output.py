"""Held output: what a client is shown waits for what has to precede it.

What precedes it is read from the store meanwhile, such as what the client missed, or
the history of a room.  Invariant: nothing is shown twice or out of order.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted_chat.core.client import Client


class _Held:
    """What one connection is to be sent, with gaps that are not filled yet.

    :ivar send: see ``Client.send``; what it was before.
    """

    __slots__ = ("_gaps", "_parts", "connection", "send")

    def __init__(self, client: Client) -> None:
        self.connection = client.connection
        self.send = client.send
        self._parts: list[bytes] = []
        self._gaps = 0

    def append(self, data: bytes) -> None:
        """Hold this back."""
        self._parts.append(data)

    def add_gap(self) -> int:
        """Leave a gap after what is held back; returns its number."""
        self._gaps += 1
        self._parts.append(b"")
        return len(self._parts) - 1

    def fill(self, gap: int, data: bytes) -> bytes | None:
        """Fill a gap; returns everything once none is left."""
        self._parts[gap] = data
        self._gaps -= 1
        return None if self._gaps else b"".join(self._parts)


class Gap:
    """A place in the held output of a client, for what is read from the store."""

    __slots__ = ("_client", "_end", "_held", "_number")

    def __init__(
        self, client: Client, held: _Held, end: Callable[[Client], None]
    ) -> None:
        self._client = client
        self._held = held
        self._end = end
        self._number = held.add_gap()

    @property
    def is_current(self) -> bool:
        """Whether the client has the same connection as when this was made."""
        return self._client.connection is self._held.connection

    def fill(self, data: bytes) -> None:
        """Show the client this, before what it was shown since; call this once.

        It may be nothing.  A client with another connection is not sent it.
        """
        shown = self._held.fill(self._number, data)
        client = self._client
        if shown is not None and self.is_current:
            self._end(client)
            client.write_by(client.connection.write)
            client.write(shown)
            if self._held.send is not None and not client.connection.waiting:
                client.send_by(self._held.send)


class HeldOutput:
    """The clients whose output is held back."""

    def __init__(self) -> None:
        self._held: dict[Client, _Held] = {}

    def hold(self, client: Client) -> Gap:
        """Hold back what a client is shown from now on, until the gap is filled."""
        held = self._held.get(client)
        if held is None or held.connection is not client.connection:
            held = self._held[client] = _Held(client)
            client.write_by(held.append)
        return Gap(client, held, self._held.__delitem__)
