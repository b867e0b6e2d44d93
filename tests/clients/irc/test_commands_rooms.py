"""JOIN, PART, TOPIC and NAMES."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase


class RoomCommandTests(IrcCase):
    """Rooms are those of all wires."""

    def test_who_joins_is_shown_the_room(self) -> None:
        """Its topic, its members and its last messages."""
        alice = self.irc("alice")
        self.eve.types("hello", r"\topic of the day")
        eve = self.shared.server.source(self.eve.client.member)
        seen = alice.asks("JOIN #lobby")
        self.assertEqual(
            [line.partition(" ")[2] if line[0] == ":" else line for line in seen],
            [
                "JOIN #lobby",
                "332 alice #lobby :of the day",
                f"333 alice #lobby {eve} 1700000000",
                "353 alice = #lobby :eve alice",
                "366 alice #lobby :End of /NAMES list",
                "PRIVMSG #lobby :hello",
            ],
        )
        self.assertIn("alice: joined the chat", self.eve.sees())

    def test_room_is_shown_once(self) -> None:
        """Joining it again shows nothing, to anyone."""
        alice = self.irc("alice", "lobby")
        self.eve.sees()
        self.assertEqual(alice.asks("JOIN #lobby"), [])
        self.assertEqual(self.eve.sees(), [])

    def test_several_rooms_are_joined_at_once(self) -> None:
        """Each with its key; the creator of a room is its operator."""
        alice, bob = self.irc("alice"), self.irc("bob")
        seen = alice.asks("JOIN #tea,#milk")
        joined = [line.split()[-1] for line in seen if " JOIN " in line]
        self.assertEqual(joined, ["#tea", "#milk"])
        self.assertIn("353 alice = #tea :@alice", seen)
        self.eve.types(r"\join tea")
        self.room.chat.moderation.settings("tea").key = "k"
        self.assertEqual(
            bob.asks("JOIN #tea"), ["475 bob #tea :Cannot join channel (+k)"]
        )
        self.assertIn("353 bob = #tea :@alice eve bob", bob.asks("JOIN #x,#tea a,k"))

    def test_label_is_on_one_batch_for_all_rooms(self) -> None:
        """Joined or refused."""
        alice = self.irc("alice", capabilities="batch labeled-response")
        seen = alice.asks("@label=7 JOIN #tea,#?,#milk")
        self.assertTrue(seen[0].startswith("@label=7 :chat.server BATCH +"), seen[0])
        batch = seen[0].split()[3][1:]
        self.assertEqual(seen[-1], f"BATCH -{batch}")
        self.assertTrue(all(line.startswith(f"@batch={batch} ") for line in seen[1:-1]))
        self.assertEqual(len([line for line in seen if " 403 " in line]), 1)

    def test_who_parts_is_in_the_room_no_longer(self) -> None:
        """The others are shown that."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        self.eve.sees()
        source = self.source(alice)
        alice.sees()
        self.assertEqual(alice.asks("PART #lobby"), [f"{source} PART #lobby"])
        self.assertEqual(bob.sees(), [f"{source} PART #lobby"])
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])
        self.assertEqual(
            alice.asks("PART #lobby,#none"),
            [
                "442 alice #lobby :You're not on that channel",
                "403 alice #none :No such channel",
            ],
        )

    def test_topic_is_set_and_shown(self) -> None:
        """And cleared by an empty one."""
        alice, bob = self.irc("alice", "lobby"), self.irc("bob", "lobby")
        source = self.source(alice)
        self.eve.sees()
        alice.sees()
        self.assertEqual(
            alice.asks("TOPIC #lobby"), ["331 alice #lobby :No topic is set"]
        )
        set_line = f"{source} TOPIC #lobby :new tea"
        self.assertEqual(alice.asks("TOPIC #lobby :new tea"), [set_line])
        self.assertEqual(bob.sees(), [set_line])
        self.assertEqual(self.eve.sees(), ["alice: set the topic to: new tea"])
        self.assertEqual(
            alice.asks("TOPIC #lobby"),
            [
                "332 alice #lobby :new tea",
                f"333 alice #lobby {source[1:]} 1700000000",
            ],
        )
        self.assertEqual(alice.asks("TOPIC #lobby :new tea"), [])
        alice.sends("TOPIC #lobby :")
        self.assertEqual(self.eve.sees(), ["alice: cleared the topic"])

    def test_topic_is_for_those_inside(self) -> None:
        """442, or 403 if there is no such room."""
        alice = self.irc("alice")
        for room, number in (("#lobby", "442"), ("#none", "403"), ("tea", "403")):
            (line,) = alice.asks(f"TOPIC {room} :x")
            self.assertTrue(line.startswith(f"{number} alice {room} :"), line)

    def test_members_are_listed(self) -> None:
        """Of a room that one may know; of others nothing."""
        alice = self.irc("alice")
        self.assertEqual(
            alice.asks("NAMES #lobby"),
            ["353 alice = #lobby :eve", "366 alice #lobby :End of /NAMES list"],
        )
        self.assertEqual(
            alice.asks("NAMES #none"), ["366 alice #none :End of /NAMES list"]
        )

    def test_members_of_several_rooms_are_listed(self) -> None:
        """With one end, and no more rooms than TARGMAX says."""
        alice = self.irc("alice", "tea")
        self.assertEqual(
            alice.asks("NAMES #tea,#none,#lobby"),
            [
                "353 alice = #tea :@alice",
                "353 alice = #lobby :eve",
                "366 alice #tea,#none,#lobby :End of /NAMES list",
            ],
        )
        (refused,) = alice.asks("NAMES #a,#b,#c,#d,#e")
        self.assertTrue(refused.startswith("407 alice "), refused)
        self.assertEqual(alice.asks("NAMES ,"), ["366 alice * :End of /NAMES list"])

    def test_all_members_are_listed(self) -> None:
        """Of one's own rooms, and of those that one may know."""
        alice, bob = self.irc("alice", "tea"), self.irc("bob", "milk", "hidden")
        self.room.chat.moderation.settings("hidden").hidden = True
        self.room.chat.moderation.settings("milk").private = True
        self.assertEqual(
            alice.asks("NAMES"),
            [
                "353 alice = #tea :@alice",
                "353 alice = #lobby :eve",
                "366 alice * :End of /NAMES list",
            ],
        )
        self.assertEqual(len(bob.asks("NAMES")), 5)

    def test_members_of_a_hidden_room_are_not_listed_outside(self) -> None:
        """Neither by NAMES nor by WHO, unless to operators."""
        alice, bob = self.irc("alice", "tea"), self.irc("bob")
        alice.asks("MODE #tea +s")
        for sent, found in (
            ("NAMES #tea", ["366 bob #tea :End of /NAMES list"]),
            ("NAMES #tea,#none", ["366 bob #tea,#none :End of /NAMES list"]),
            ("WHO #tea", ["315 bob #tea :End of /WHO list"]),
        ):
            self.assertEqual(bob.asks(sent), found)
            self.assertEqual(len(alice.asks(sent)), 2)
        self.room.chat.moderation.is_operator = lambda _: True
        self.assertEqual(len(bob.asks("NAMES #tea")), 2)

    def test_every_room_is_left_at_once(self) -> None:
        """By joining 0; the answer is one batch."""
        alice = self.irc("alice", "lobby", "tea", capabilities="batch labeled-response")
        self.eve.sees()
        seen = alice.asks("@label=7 JOIN 0")
        batch = seen[0].split()[3][1:]
        self.assertEqual(
            [line.partition(" ")[2] for line in seen[1:-1]],
            [f"{self.source(alice)} PART #{room}" for room in ("lobby", "tea")],
        )
        self.assertEqual(seen[-1], f"BATCH -{batch}")
        self.assertEqual(self.eve.sees(), ["alice: left the chat"])
        self.assertEqual(len(alice.asks("@label=8 JOIN 0")), 2)
        self.assertEqual(alice.asks("JOIN 0"), [])
