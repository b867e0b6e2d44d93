"""LIST."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.answers import MAX_ANSWER
from twisted_chat.clients.irc import answers, commands_list


class ListTests(IrcCase):
    """The rooms that one may know of."""

    def listed(self, conditions: str = "") -> list[str]:
        peer = self.irc("zoe")
        first, *rooms, last = peer.asks(f"LIST {conditions}".rstrip())
        peer.goes()
        self.assertEqual(first, "321 zoe Channel :Users  Name")
        self.assertEqual(last, "323 zoe :End of /LIST")
        return [line.removeprefix("322 zoe ") for line in rooms]

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea", "lobby")
        self.bob = self.irc("bob", "tea", "milk", "lobby")
        self.alice.sends("TOPIC #tea :green or black")

    def test_rooms_have_their_members_and_topics(self) -> None:
        """All that are listed."""
        self.assertEqual(
            sorted(self.listed()),
            ["#lobby 3 :", "#milk 1 :", "#tea 2 :green or black"],
        )

    def test_rooms_are_asked_for(self) -> None:
        """By name, by mask, by the number of their members."""
        for conditions, rooms in (
            ("#tea", ["#tea"]),
            ("#TEA,#milk", ["#milk", "#tea"]),
            ("#none", []),
            ("#*e*", ["#tea"]),
            ("!*e*", ["#lobby", "#milk"]),
            ("#mil?", ["#milk"]),
            ("#[m]*", []),
            (">1", ["#lobby", "#tea"]),
            ("<2", ["#milk"]),
            (">1,#t*", ["#tea"]),
        ):
            found = sorted(line.split()[0] for line in self.listed(conditions))
            self.assertEqual(found, rooms, conditions)

    def test_hidden_rooms_are_for_those_inside(self) -> None:
        """And what is said in a private one."""
        settings = self.room.chat.moderation.settings
        settings("milk").hidden = True
        settings("tea").private = True
        self.assertEqual(sorted(self.listed()), ["#lobby 3 :", "#tea 2 :"])
        self.assertIn("322 bob #milk 1 :", self.bob.asks("LIST"))

    def test_answer_is_bounded(self) -> None:
        """It must not be more than may wait for a client."""
        self.patch(commands_list, "MAX_LISTED", 2)
        self.assertEqual(len(self.listed()), 2)

    def test_answer_has_no_more_bytes_than_may_wait(self) -> None:
        """However long the topics are."""
        self.patch(answers, "_HEAD", MAX_ANSWER // 2)
        self.assertEqual(len(self.listed()), 1)

    def test_rooms_are_looked_at_in_portions(self) -> None:
        """All of them, however many portions that are."""
        self.patch(answers, "PORTION", 1)
        self.assertEqual(len(self.listed()), 3)

    def test_conditions_are_few(self) -> None:
        """Each is tried on each room."""
        (line,) = self.alice.asks(f"LIST {','.join(f'*{n}' for n in range(11))}")
        self.assertIn("at most 10 conditions", line)
