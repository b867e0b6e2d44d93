"""Events of moderation that another server has stored."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.events import LoggedIn, Stored
from twisted_chat.core.moderation_events import Banned


class RemoteModerationCase(ModerationCase):
    """Events, also of other servers."""

    def announce(self, *events: object, key: str = "other-1") -> None:
        """Announce what another server has stored."""
        batch = [Stored(f"z{n}", 0, event, key) for n, event in enumerate(events)]  # type: ignore[arg-type]
        self.chat.chat.announce(batch)
        self.chat.settle()

    def log_in(self, *clients: object) -> None:
        """Several clients log in to one account."""
        for client in clients:
            inner = client.client  # type: ignore[attr-defined]
            self.announce(LoggedIn(inner.nick, "dora", inner.id, "@1", "dora"))
        self.discard()

    def banned(self, *identities: str, networks: str = "") -> Banned:
        """An event of another server."""
        return Banned(
            "olga", "bob", "", "", "O", "=bob", " ".join(identities), networks, 0, 5
        )
