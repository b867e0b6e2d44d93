"""Clients that join, and the welcomes that they are sent."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.text import LineCodec
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.name_registry import LocalNameRegistry
from twisted_chat.core.replies import Reply, Welcome
from twisted_chat.testing import FakeClient, FakeWire, Gate, TestChat, line_wire


class RecordingCodec(LineCodec):
    """Remembers each welcome as it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.welcomes: list[Welcome] = []

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        if isinstance(reply, Welcome):
            self.welcomes.append(reply)
        return super().reply(reply, viewer, ref)


class SlowNames(LocalNameRegistry):
    """Names that another machine keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate | None = None

    async def claim(self, keys: Sequence[str], owner: str) -> bool:
        if self.gate:
            await self.gate
        return await super().claim(keys, owner)

    async def release(self, keys: Sequence[str], owner: str) -> None:
        if self.gate:
            await self.gate
        await super().release(keys, owner)


class JoiningCase(SynchronousTestCase):
    """Alice is here and has read everything."""

    def setUp(self) -> None:
        self.codec = RecordingCodec()
        self.names = SlowNames()
        self.room = TestChat(history=3, names=self.names, motd=("Be kind.",))
        line = line_wire()
        self.wire = FakeWire(self.codec, line.decode, line.read)
        (self.alice,) = self.room.people("alice", wire=self.wire)

    def come(self, nick: str | None = None, **more: object) -> FakeClient:
        return self.room.client(nick, wire=self.wire, **more)  # type: ignore[arg-type]

    @property
    def welcome(self) -> Welcome:
        """The last one."""
        return self.codec.welcomes[-1]
