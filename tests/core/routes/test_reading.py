"""How far a client has read."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.account_case import AccountCase
from twisted_chat.core.replies import Request

OTHER = "battery staple"


class ReadTests(AccountCase):
    """How far an account has read."""

    def test_what_is_no_message_is_read_up_to_the_message_before(self) -> None:
        """A page marks an arrival, perhaps late; what was said since is not read."""
        self.register()
        self.alice.types("one")
        self.newcomer("carol")
        arrival = self.room.chat.pool.position
        self.alice.types("two")
        last = self.room.chat.pool.position
        self.room.advance(5)
        member_id = self.bob.client.member_id
        for position in (arrival, last):
            words = ("lobby", position)
            self.bob.asks(Request("read_up_to", "", internal=True, words=words))

            async def read() -> str:
                known = await self.room.chat.account_logins.read(member_id)
                return known["lobby"].position

            found = self.successResultOf(Deferred.fromCoroutine(read()))
            self.assertEqual(found, position)
