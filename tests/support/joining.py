"""A chat whose welcomes are recorded, for tests of clients that join or resume."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.names.registry import LocalNameRegistry
from twisted_chat.core.replies import Welcome
from twisted_chat.testing import FakeClient, Gate, TestChat

from .codecs import WelcomeCodec, wire_with


class SlowNameRegistry(LocalNameRegistry):
    """A registry whose answers a test can delay.

    :ivar gate: every call waits for it; ``None`` for no delay.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate | None = None

    async def claim(self, keys: Sequence[str], owner: str, former: str = "") -> bool:
        if self.gate:
            await self.gate
        return await super().claim(keys, owner, former)

    async def release(self, keys: Sequence[str], owner: str) -> None:
        if self.gate:
            await self.gate
        await super().release(keys, owner)

    def hold(self) -> None:
        """Delay the answers to all calls from now on."""
        self.gate = Gate()

    def answer(self) -> None:
        """Answer the delayed calls, and the next ones at once."""
        gate, self.gate = self.gate, None
        assert gate is not None
        gate.open()


class JoiningCase(SynchronousTestCase):
    """Alice is present in the lobby, and has read what she was shown."""

    def setUp(self) -> None:
        self.codec = WelcomeCodec()
        self.names = SlowNameRegistry()
        self.chat = TestChat(history=3, names=self.names, motd=("Be kind.",))
        self.wire = wire_with(self.codec)
        (self.alice,) = self.chat.people("alice", wire=self.wire)

    def connect(self, nick: str | None = None, **options: object) -> FakeClient:
        """Connect a client; see ``TestChat.client``."""
        return self.chat.client(nick, wire=self.wire, **options)  # type: ignore[arg-type]

    @property
    def last_welcome(self) -> Welcome:
        """The latest welcome that any client was sent."""
        return self.codec.welcomes[-1]


class ResumeCase(JoiningCase):
    """Alice and bob are in the lobby and in #tea.

    :ivar position: bob has read everything up to this.
    """

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.connect("bob")
        self.bob.types(r"\join tea")
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.bob.sees()
        self.position = self.chat.pool.position
        self.session = self.bob.client.session

    def resume(self, **options: object) -> FakeClient:
        """Connect a client that resumes as bob."""
        defaults: dict[str, object] = {
            "since": self.position,
            "session": self.session,
            "rooms": ("lobby", "tea"),
        }
        return self.connect("bob", **{**defaults, **options})
