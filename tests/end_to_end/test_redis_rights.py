"""Rights that are changed on one server hold on all others at once.

What Redis sends arrives late at server b: it has not read a change when its clients act
behind it.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.network import Network
from tests.end_to_end.redis_server import SeveralServersTestCase

ROUNDS = 200

DELAY = 0.005
"""Seconds; a client reads a line and sends another in less."""

OUTCOME = re.compile(r"(error: [^\r]*|bob: after [0-9]+)\r\n")


class RightsTests(SeveralServersTestCase):
    """Alice, on server a, has opened #tea; bob is in it, on server b."""

    def setUp(self) -> None:
        super().setUp()
        self.network = Network(self.redis.port, DELAY)
        self.addCleanup(self.network.close)
        self.alice = self.connect(self.server("a", "--flood", "off"), "alice")
        self.bob = self.connect(self.distant("b", "--flood", "off"), "bob")
        self.alice.expect("is now known as bob\r\n")
        self.alice.say("\\join tea")
        self.alice.expect("now talking in #tea")
        self.bob.say("\\join tea")
        self.alice.expect("bob: joined the chat\r\n")
        self.bob.expect("now talking in #tea")

    def distant(self, name: str, *options: str) -> Server:
        """Start a server that reads late what is in Redis."""
        directory = Path(self.directory, name)
        directory.mkdir()
        store = f"redis://127.0.0.1:{self.network.port}"
        server = self.launch("--store", store, *options, directory=directory)
        return server.wait_until_running()

    def check(self, change: str, shown: str, undo: str, undone: str) -> None:
        """Bob talks as soon as alice has read that he may not."""
        seen = ""
        for number in range(ROUNDS):
            self.alice.say(change)
            seen += self.alice.expect(f"{shown}\r\n")
            self.bob.say(f"after {number}")
            outcome = self.bob.expect(OUTCOME)
            self.assertIn("error: ", outcome, number)
            self.alice.say(undo)
            for one in (self.alice, self.bob):
                one.expect(f"{undone}\r\n")
            self.bob.say(f"between {number}")
            seen += self.alice.expect(f"bob: between {number}\r\n")
        self.assertNotIn("bob: after", seen)
        self.assertNotIn("bob: after", self.history(self.alice))

    def history(self, client: LineClient) -> str:
        client.say("\\history 500", "\\me has read it")
        return client.expect("* alice has read it\r\n")

    def test_nothing_is_shown_behind_a_mute(self) -> None:
        """However soon it is said."""
        mute, unmute = "alice: muted bob", "alice: unmuted bob"
        self.check("\\mute bob", mute, "\\unmute bob", unmute)

    def test_nothing_is_shown_in_a_room_that_is_quiet(self) -> None:
        """Until it is open again."""
        quiet, opened = "alice: made #tea quiet", "alice: made #tea open"
        self.check("\\room quiet", quiet, "\\room open", opened)
