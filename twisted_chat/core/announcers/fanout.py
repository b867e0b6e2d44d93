"""The fan-out of one batch: each event encoded once, one write per client.

Clients with the same view are shown the same bytes.  A client whose view changes within
the batch, or that is sent something of its own in it, has a timeline instead: segments
of what its views are shown, with its own bytes between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted_chat.core.client import Client, View
from twisted_chat.core.events import BulkPresence, Stored
from twisted_chat.core.ignoring.ignoring import is_ignored
from twisted_chat.core.interfaces import Codec
from twisted_chat.core.isolation import encoded
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.runtime import Runtime

from .recipients import Recipients

Item = Stored | BulkPresence
"""What can be shown to many clients."""

CURRENT_ROOM = ""
"""The room that the viewer talks in, in place of its name."""

Late = Callable[[], bytes]
"""Encodes what one client is sent when that is written."""


class _Timeline:
    """What one client is shown in this batch, unlike the others of its view.

    :ivar view: its view when the batch began.
    :ivar segments: at which item, what it is sent there, its view from there on.
        What takes much memory is encoded when it is written.
    """

    __slots__ = ("segments", "view")

    def __init__(self, view: View | None) -> None:
        self.view = view
        self.segments: list[tuple[int, bytes | Late, View | None]] = []


class Fanout:
    """Collects what a batch shows to whom, then writes it."""

    def __init__(self, pool: ClientPool, runtime: Runtime) -> None:
        self._pool = pool
        self._runtime = runtime
        self._items: list[tuple[Item, tuple[str, ...]]] = []
        self._timelines: dict[Client, _Timeline] = {}
        self._encoded: dict[tuple[Codec, str], list[bytes | None]] = {}
        self._shown: dict[View, list[bytes]] = {}

    def show(
        self,
        item: Item,
        rooms: tuple[str, ...],
        *,
        hidden_from: Sequence[Client] = (),
    ) -> None:
        """Show something to everyone in these rooms.

        :param hidden_from: except for these clients.
        """
        for client in hidden_from:
            self.begin_timeline(client).segments.append((len(self._items), b"", None))
        self._items.append((item, rooms))
        for client in hidden_from:
            self.view_changed(client)

    def begin_timeline(self, client: Client) -> _Timeline:
        """The client's own timeline; call this before its view changes."""
        timeline = self._timelines.get(client)
        if timeline is None:
            timeline = self._timelines[client] = _Timeline(client.view)
        return timeline

    def send_to(self, client: Client, data: bytes) -> None:
        """Send bytes to one client, between what it is shown before and after.

        From here on it is shown what its view is now.
        """
        timeline = self._timelines.get(client) or self.begin_timeline(client)
        timeline.segments.append((len(self._items), data, client.view))

    def send_late(self, client: Client, late: Late) -> None:
        """Send one client, likewise, what takes much memory for each of many."""
        timeline = self.begin_timeline(client)
        timeline.segments.append((len(self._items), late, client.view))

    def view_changed(self, client: Client) -> None:
        """Show a client, from here on, what its view is shown now."""
        self.send_to(client, b"")

    def write(self) -> None:
        """One write to each client that is shown anything."""
        timelines = self._timelines
        counters = self._runtime.counters
        for view in list(self._pool.views.values()):
            shown = self._shown_to(view)
            data = b"".join(shown)
            if not data:
                continue
            recipients = (
                Recipients(c for c in view.clients if c not in timelines)
                if timelines
                else view.recipients
            )
            recipients.write(data)
            count = len(recipients)
            counters.sent_bytes += len(data) * count
            counters.deliveries += (len(shown) - shown.count(b"")) * count
        for client, timeline in timelines.items():
            data = self._bytes_of(timeline, client)
            if data:
                client.write(data)
                counters.sent_bytes += len(data)
        # The clients may be gone long before there is another batch.
        timelines.clear()
        self._shown.clear()

    def _bytes_of(self, timeline: _Timeline, client: Client) -> bytes:
        parts: list[bytes] = []
        deliveries = 0
        view, start = timeline.view, 0
        for index, own, next_view in timeline.segments:
            if view is not None and start != index:
                shown = self._shown_to(view)[start:index]
                deliveries += len(shown) - shown.count(b"")
                parts += shown
            parts.append(own if isinstance(own, bytes) else own())
            view, start = next_view, index
        if view is not None:
            shown = self._shown_to(view)[start:]
            deliveries += len(shown) - shown.count(b"")
            parts += shown
        self._runtime.counters.deliveries += deliveries
        return b"".join(parts)

    def _shown_to(self, view: View) -> list[bytes]:
        """The bytes of each item for a view; empty for one that it is not shown."""
        shown = self._shown.get(view)
        if shown is None:
            shown = self._shown[view] = [
                self._encode(view.codec, index, room)
                if (room := _room_for(item, rooms, view)) is not None
                else b""
                for index, (item, rooms) in enumerate(self._items)
            ]
        return shown

    def _encode(self, codec: Codec, index: int, room: str) -> bytes:
        cache = self._encoded.get((codec, room))
        if cache is None:
            cache = self._encoded[codec, room] = [None] * len(self._items)
        data = cache[index]
        if data is None:
            item = self._items[index][0]
            data = cache[index] = (
                encoded(self._runtime, codec.bulk_presence, item, room or None)
                if isinstance(item, BulkPresence)
                else encoded(self._runtime, codec.event, item, room or None)
            )
        return data


def _room_for(item: Item, rooms: Sequence[str], view: View) -> str | None:
    """The room in which a view is shown an item.

    :returns: ``CURRENT_ROOM``, another room's name, or ``None`` for not at all.
    """
    if (
        view.ignoring
        and isinstance(item, Stored)
        and is_ignored(item.event, view.ignoring)
    ):
        return None
    if view.rooms and view.rooms[-1] in rooms:
        return CURRENT_ROOM
    for room in rooms:
        if room in view.rooms:
            return room
    return None
