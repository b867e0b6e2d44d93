"""What a connection has said of itself."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.profile import profile_of


class ProfileTests(IrcCase):
    """IRC clients have one."""

    def test_profile_is_that_of_the_connection(self) -> None:
        """Clients of other wires have none."""
        alice = self.irc("alice", capabilities="batch")
        profile = profile_of(alice.client)
        assert profile is not None
        self.assertEqual((profile.user, profile.realname), ("alice", "The real alice"))
        self.assertEqual(profile.capabilities.of_codec, {"batch"})
        self.assertIsNone(profile_of(self.eve.client))
