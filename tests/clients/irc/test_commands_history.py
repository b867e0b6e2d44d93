"""CHATHISTORY and MARKREAD."""

from __future__ import annotations

import re
from base64 import b64encode

from tests.support.irc_clients import PASSWORD, IrcCase, IrcPeer
from twisted_chat.clients.answers import MAX_ANSWER
from twisted_chat.clients.irc.times import server_time

CAPABILITIES = "message-tags server-time batch echo-message draft/chathistory"


class HistoryCase(IrcCase):
    """Alice and bob are in #tea.

    :ivar ids: of the messages in #tea.
    :ivar times: when they were sent.
    """

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea", capabilities=CAPABILITIES)
        self.bob = self.irc("bob", "tea", capabilities=CAPABILITIES)
        self.alice.sees()

    def say(self, count: int) -> None:
        """Have alice say the numbers from 0, each a second after the one before."""
        for number in range(count):
            self.alice.sends(f"PRIVMSG #tea :{number}")
            self.room.advance(1)
        history = self.room.pool.rooms["tea"].history()
        self.ids = [f"msgid={stored.position}" for stored in history]
        self.times = [f"timestamp={server_time(stored.time)}" for stored in history]
        self.bob.sees()

    def batch(self, peer: IrcPeer, sent: str, kind: str = "chathistory") -> list[str]:
        """The lines of the one batch in an answer, without tags and sources."""
        first, *lines, last = peer.asks(sent)
        found = re.match(rf"BATCH \+(\w+) {kind}", first)
        assert found is not None, first
        self.assertEqual(last, f"BATCH -{found[1]}")
        for line in lines:
            self.assertIn(f"batch={found[1]}", line.split()[0])
        return [re.sub(r"\A@\S+ (?::\S+ )?", "", line) for line in lines]

    def texts(self, sent: str) -> str:
        """The texts of the messages of #tea that bob is sent, one letter each."""
        lines = self.batch(self.bob, f"CHATHISTORY {sent}")
        return "".join(line.rpartition(":")[2][-1] for line in lines)


class ChathistoryTests(HistoryCase):
    """What was said in a room."""

    def setUp(self) -> None:
        super().setUp()
        self.say(10)

    def test_each_subcommand_by_id_and_by_time(self) -> None:
        """In order, nothing twice; points themselves are left out."""
        for points in (self.ids, self.times):
            for sent, texts in (
                (f"LATEST #tea {points[4]} 99", "56789"),
                (f"LATEST #tea {points[4]} 3", "789"),
                (f"BEFORE #tea {points[6]} 99", "012345"),
                (f"BEFORE #tea {points[6]} 2", "45"),
                (f"BEFORE #tea {points[0]} 2", ""),
                (f"AFTER #tea {points[3]} 99", "456789"),
                (f"AFTER #tea {points[3]} 3", "456"),
                (f"AFTER #tea {points[9]} 3", ""),
                (f"AROUND #tea {points[7]} 1", "7"),
                (f"AROUND #tea {points[7]} 3", "678"),
                (f"AROUND #tea {points[0]} 4", "01"),
                (f"BETWEEN #tea {points[0]} {points[9]} 99", "12345678"),
                (f"BETWEEN #tea {points[9]} {points[0]} 99", "12345678"),
                (f"BETWEEN #tea {points[0]} {points[9]} 3", "123"),
                (f"BETWEEN #tea {points[9]} {points[0]} 3", "678"),
            ):
                self.assertEqual(self.texts(sent), texts, sent)

    def test_latest_messages_need_no_point(self) -> None:
        """They are as when they were sent."""
        self.assertEqual(self.texts("LATEST #tea * 99"), "0123456789")
        self.assertEqual(self.texts("LATEST #tea * 5"), "56789")
        self.assertEqual(self.texts("latest #TEA * 1"), "9")
        (line,) = (
            line
            for line in self.bob.asks("CHATHISTORY LATEST #tea * 1")
            if "PRIVMSG" in line
        )
        self.assertIn(self.ids[9], line)
        self.assertIn(self.times[9].replace("timestamp", "time"), line)
        self.assertIn(f"{self.source(self.alice)} PRIVMSG #tea :9", line)

    def test_time_may_be_before_or_after_everything(self) -> None:
        """Nothing is lost at the ends."""
        early, late = "timestamp=1971-01-01T00:00:00Z", "timestamp=2031-01-01T00:00:00Z"
        for sent, texts in (
            (f"AFTER #tea {early} 3", "012"),
            (f"BEFORE #tea {late} 3", "789"),
            (f"AFTER #tea {late} 3", ""),
            (f"BEFORE #tea {early} 3", ""),
            (f"AROUND #tea {late} 4", "89"),
            (f"BETWEEN #tea {late} {early} 3", "789"),
            (f"BETWEEN #tea {early} {self.ids[2]} 9", "01"),
        ):
            self.assertEqual(self.texts(sent), texts, sent)

    def test_paging_forward_misses_nothing(self) -> None:
        """As a client does that was away."""
        seen, after = "0", self.ids[0]
        while texts := self.texts(f"AFTER #tea {after} 4"):
            seen += texts
            after = self.ids[len(seen) - 1]
        self.assertEqual(seen, "0123456789")

    def test_deleted_messages_and_those_of_ignored_members_are_left_out(self) -> None:
        """And corrected ones are as they are now."""
        self.alice.asks(f"REDACT #tea {self.ids[9].removeprefix('msgid=')}")
        self.eve.types(r"\join tea", "x", r"\edit y")
        self.bob.sees()
        self.assertEqual(self.texts("LATEST #tea * 3"), "78y")
        self.eve.types(r"\ignore alice")
        carol = self.irc("carol", "tea", capabilities=CAPABILITIES)
        carol.sees()
        self.assertEqual(len(self.batch(carol, "CHATHISTORY LATEST #tea * 9")), 9)

    def test_answer_has_no_more_bytes_than_may_wait(self) -> None:
        """The messages that are nearest to what is asked for."""
        (carol,) = self.room.people("carol")
        carol.types("\\join tea", *["x" * 4000] * 99)
        history = self.room.pool.rooms["tea"].history()
        self.bob.sees()
        newest = history[-1].position
        for sent, found in (
            ("LATEST #tea * 500", newest),
            (f"BETWEEN #tea {self.ids[0]} timestamp=2031-01-01T00:00:00Z 500", "1"),
            (f"AFTER #tea {self.ids[0]} 500", self.ids[1]),
            (f"AROUND #tea {self.ids[9]} 500", self.ids[9]),
        ):
            lines = self.bob.asks(f"CHATHISTORY {sent}")
            size = len("\r\n".join(lines))
            self.assertIn(size, range(100_000, MAX_ANSWER), sent)
            self.assertIn(found, "".join(lines))

    def test_label_is_on_the_batch(self) -> None:
        """Of the whole answer."""
        self.bob.asks("CAP REQ labeled-response")
        first = self.bob.asks("@label=7 CHATHISTORY LATEST #tea * 1")[0]
        self.assertRegex(first, r"\A@label=7 (:\S+ )?BATCH \+\w+ chathistory #tea\Z")

    def test_refusals(self) -> None:
        """Each has its code."""
        self.bob.asks("PART #tea", "CAP REQ standard-replies")
        for sent, error in (
            ("", "NEED_MORE_PARAMS * "),
            (" LATEST", "NEED_MORE_PARAMS LATEST "),
            (" LATEST #tea", "NEED_MORE_PARAMS LATEST "),
            (" BETWEEN #tea * 5", "NEED_MORE_PARAMS BETWEEN "),
            (" FOO #tea * 5", "UNKNOWN_COMMAND FOO "),
            (" LATEST #tea * 5", "INVALID_TARGET LATEST #tea "),
            (" LATEST #nowhere * 5", "INVALID_TARGET LATEST #nowhere "),
            (" LATEST eve * x", "INVALID_PARAMS LATEST "),
            (" BEFORE eve * 5", "INVALID_PARAMS BEFORE "),
            (" BEFORE eve id=4 5", "INVALID_PARAMS BEFORE "),
            (" TARGETS x y 5", "INVALID_PARAMS TARGETS "),
        ):
            (line,) = self.bob.asks(f"CHATHISTORY{sent}")
            self.assertTrue(line.startswith(f"FAIL CHATHISTORY {error}:"), line)

    def test_store_that_fails_is_an_error(self) -> None:
        """The client may ask again."""
        self.room.journal.fail(what="read")
        (line,) = self.bob.asks("CHATHISTORY LATEST #tea * 5")
        self.assertTrue(
            line.startswith("FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea :"), line
        )


class PlaybackTests(HistoryCase):
    """What happened in a room besides messages, for those who know such events."""

    def latest(self, limit: int = 99, target: str = "#tea") -> list[str]:
        return self.batch(self.bob, f"CHATHISTORY LATEST {target} * {limit}")

    def setUp(self) -> None:
        super().setUp()
        self.bob.asks("CAP REQ :draft/event-playback draft/message-redaction")

    def test_events_are_replayed_in_their_place(self) -> None:
        """As they were shown; without the capability there are only messages."""
        self.alice.asks("TOPIC #tea :green", "PRIVMSG #tea :one", "MODE #tea +k word")
        carol = self.irc("carol", "lobby")
        self.alice.asks("INVITE carol #tea")
        carol.asks("JOIN #tea word", "NICK carole", "PART #tea :later")
        carol.asks("JOIN #tea word")
        self.alice.asks("MODE #tea +v carole", "KICK #tea carole :enough")
        carol.asks("JOIN #tea word", "QUIT :so long")
        carol.goes()
        self.alice.asks("MODE #tea +b x!*@*", "MODE #tea -b x!*@*", "MODE #tea +i")
        self.assertEqual(
            self.latest(),
            [
                "JOIN #tea",
                "JOIN #tea",
                "TOPIC #tea :green",
                "PRIVMSG #tea :one",
                "MODE #tea +k *",
                "JOIN #tea",
                "NICK carole",
                "PART #tea :later",
                "JOIN #tea",
                "MODE #tea +v carole",
                "KICK #tea carole :enough",
                "JOIN #tea",
                "QUIT :Quit: so long",
                "MODE #tea +b x!*@*",
                "MODE #tea -b x!*@*",
                "MODE #tea +i",
            ],
        )
        self.assertEqual(self.latest(2), ["MODE #tea -b x!*@*", "MODE #tea +i"])
        self.bob.asks("CAP REQ -draft/event-playback")
        self.assertEqual(self.latest(), ["PRIVMSG #tea :one"])

    def test_event_of_a_history_is_the_line_that_was_shown(self) -> None:
        """With the same id, time and source; so nothing is twice in a client."""
        self.alice.asks("AWAY :lunch")
        self.bob.asks("CAP REQ :extended-join away-notify account-tag")
        carol = self.irc("carol", "tea")
        carol.asks("AWAY :shopping", "NICK carole", "PART #tea :bye", "JOIN #tea")
        self.alice.asks("KICK #tea carole", "MODE #tea +i")
        live = [
            line
            for line in self.bob.sees()
            if line.split()[2] not in ("AWAY", "ACCOUNT", "CHGHOST")
        ]
        _, *replayed, _ = self.bob.asks("CHATHISTORY LATEST #tea * 6")
        without_batch = [re.sub(r"batch=\w+;?", "", line) for line in replayed]

        def tags(line: str) -> tuple[list[str], str]:
            head, _, rest = line.partition(" ")
            return sorted(head.lstrip("@").strip(";").split(";")), rest

        # The real name and the nickname of who has left are those of now.
        self.assertEqual(
            [tags(line) for line in without_batch if "JOIN" not in line],
            [tags(line) for line in live if "JOIN" not in line],
        )
        self.assertEqual(
            [tags(line)[0] for line in without_batch], [tags(line)[0] for line in live]
        )

    def test_pages_of_events_meet(self) -> None:
        """Whatever is at their borders, and in whichever direction they are read."""
        self.alice.asks("TOPIC #tea :0")
        for n in range(5):
            peer = self.irc(f"n{n}", "tea")
            peer.asks(f"PRIVMSG #tea :{n}", f"NICK m{n}", "QUIT :bye")
            peer.goes()
            self.alice.asks(f"TOPIC #tea :topic {n}")
            self.room.advance(1)
        everything = self.latest()
        self.assertEqual(len(everything), 28)

        def page(sent: str) -> tuple[list[str], list[str]]:
            found = self.bob.asks(f"CHATHISTORY {sent}")[1:-1]
            ids = [re.findall(r"msgid=([^; ]+)", line)[0] for line in found]
            return [re.sub(r"\A@\S+ (?::\S+ )?", "", line) for line in found], ids

        for limit in (1, 2, 5, 27):
            back, point = list[str](), "*"
            while True:
                words = f"LATEST #tea * {limit}"
                if point != "*":
                    words = f"BEFORE #tea msgid={point} {limit}"
                found, ids = page(words)
                if not found:
                    break
                self.assertLessEqual(len(found), limit)
                back, point = found + back, ids[0]
            self.assertEqual(back, everything)
            ahead, point = everything[:1], page("LATEST #tea * 99")[1][0]
            last = page("LATEST #tea * 1")[1][0]
            between = page(f"BETWEEN #tea msgid={point} msgid={last} 99")[0]
            self.assertEqual(between, everything[1:-1])
            middle = page("LATEST #tea * 99")[1][14]
            around = page(f"AROUND #tea msgid={middle} {limit}")[0]
            start = 14 - limit // 2
            self.assertEqual(around, everything[start : start + limit])
            while True:
                found, ids = page(f"AFTER #tea msgid={point} {limit}")
                if not found:
                    break
                ahead, point = ahead + found, ids[-1]
            self.assertEqual(ahead, everything)

    def test_deletion_is_replayed_to_those_who_know_redactions(self) -> None:
        """A client that has the message learns that it is gone."""
        self.say(2)
        gone = self.ids[1].removeprefix("msgid=")
        self.alice.asks(f"REDACT #tea {gone} :oops")
        self.assertEqual(
            self.latest()[2:], ["PRIVMSG #tea :0", f"REDACT #tea {gone} oops"]
        )
        self.bob.asks("CAP REQ -draft/message-redaction")
        self.assertEqual(self.latest(1), ["PRIVMSG #tea :0"])

    def test_member_of_another_wire_comes_and_goes_alike(self) -> None:
        """Many at once, too, each for itself; direct messages have no events."""
        self.eve.types(r"\join tea", r"\nick eva", r"\leave tea")
        self.room.people(*(f"p{n}" for n in range(30)))
        self.assertEqual(self.latest()[2:], ["JOIN #tea", "NICK eva", "PART #tea"])
        self.bob.asks("JOIN #lobby")
        joins = self.latest(target="#lobby").count("JOIN #lobby")
        self.assertEqual(joins, 32)
        self.alice.asks("PRIVMSG bob :psst")
        self.assertEqual(self.latest(target="alice"), ["PRIVMSG bob :psst"])

    def test_nobody_outside_of_a_room_reads_its_events(self) -> None:
        """Private, hidden, or banned from it: it is as if there were none."""
        for mode in ("+i", "+s", "+b carol!*@*"):
            self.alice.asks(f"MODE #tea {mode}")
            carol = self.irc("carol", capabilities=CAPABILITIES)
            carol.asks("CAP REQ draft/event-playback")
            (refused,) = carol.asks("CHATHISTORY LATEST #tea * 9")
            self.assertIn("FAIL CHATHISTORY INVALID_TARGET LATEST #tea", refused)
            carol.goes()
            self.alice.asks("MODE #tea -i", "MODE #tea -s")

    def test_events_of_a_room_that_was_closed_stay_its_secret(self) -> None:
        """Whoever opens it anew is not shown who was in it."""
        self.alice.asks("MODE #tea +i")
        self.alice.asks("PRIVMSG #tea :secret", "NICK alicia", "QUIT")
        self.alice.goes()
        self.bob.asks("NICK bobby", "PART #tea")
        self.bob.asks("JOIN #tea")
        self.assertEqual(self.latest(), ["JOIN #tea"])


class DirectHistoryTests(HistoryCase):
    """Direct messages, and whom they are from."""

    def setUp(self) -> None:
        super().setUp()
        for peer, sent in (
            (self.alice, "PRIVMSG bob :1"),
            (self.bob, "PRIVMSG alice :2"),
            (self.alice, "PRIVMSG eve :3"),
            (self.alice, "PRIVMSG bob :4"),
        ):
            peer.asks(sent)
            self.room.advance(1)
        self.bob.sees()

    def test_conversation_is_the_same_for_both(self) -> None:
        """By the nickname of the other, in any case."""
        expected = ["PRIVMSG bob :1", "PRIVMSG alice :2", "PRIVMSG bob :4"]
        for peer, target in ((self.alice, "bob"), (self.bob, "ALICE")):
            sent = f"CHATHISTORY LATEST {target} * 9"
            self.assertEqual(self.batch(peer, sent), expected)
        self.assertEqual(self.batch(self.bob, "CHATHISTORY LATEST eve * 9"), [])
        self.assertEqual(self.batch(self.bob, "CHATHISTORY LATEST nobody * 9"), [])

    def test_partner_that_has_left_is_known_by_its_nickname(self) -> None:
        """A newcomer of that name is someone else."""
        self.bob.goes()
        sent = "CHATHISTORY LATEST bob * 9"
        self.assertEqual(len(self.batch(self.alice, sent)), 3)
        bob = self.irc("bob", capabilities=CAPABILITIES)
        self.assertEqual(self.batch(bob, "CHATHISTORY LATEST alice * 9"), [])

    def test_targets_are_rooms_and_partners_with_new_messages(self) -> None:
        """In the order of their last messages, which are between the times."""
        self.say(1)
        begin, end = "timestamp=1971-01-01T00:00:00Z", "timestamp=2031-01-01T00:00:00Z"
        kind = "draft/chathistory-targets"
        found = self.batch(self.alice, f"CHATHISTORY TARGETS {begin} {end} 9", kind)
        targets = [line.split()[2] for line in found]
        self.assertEqual(targets, ["eve", "bob", "#tea"])
        for sent, expected in (
            (f"{begin} {end} 2", ["eve", "bob"]),
            (f"{end} {begin} 2", ["bob", "#tea"]),
            (f"{begin} {self.times[0]} 9", ["eve", "bob"]),
            (f"{end} {self.times[0]} 9", []),
        ):
            found = self.batch(self.alice, f"CHATHISTORY TARGETS {sent}", kind)
            self.assertEqual([line.split()[2] for line in found], expected)
        self.assertTrue(found == [])


TIMES = [f"timestamp=202{year}-01-01T00:00:00.000Z" for year in range(5)]


class MarkreadTests(HistoryCase):
    """How far a client has read."""

    def setUp(self) -> None:
        super().setUp()
        self.bob.asks("CAP REQ :draft/read-marker standard-replies")

    def test_marker_is_kept_and_only_moves_forward(self) -> None:
        """Of rooms and of direct messages; of a guest until it leaves."""
        for target in ("#tea", "alice"):
            self.assertEqual(
                self.bob.asks(f"MARKREAD {target}"), [f"MARKREAD {target} *"]
            )
            known = f"MARKREAD {target} {TIMES[2]}"
            self.assertEqual(self.bob.asks(f"MARKREAD {target} {TIMES[2]}"), [known])
            self.assertEqual(self.bob.asks(f"MARKREAD {target} {TIMES[1]}"), [known])
            self.assertEqual(self.bob.asks(f"MARKREAD {target}"), [known])

    def test_marker_is_shown_before_the_end_of_the_names(self) -> None:
        """Of a room that is joined."""
        seen = self.bob.asks("JOIN #milk")
        self.assertLess(
            seen.index("MARKREAD #milk *"),
            seen.index("366 bob #milk :End of /NAMES list"),
        )
        self.bob.asks(f"MARKREAD #milk {TIMES[1]}", "PART #milk")
        self.assertIn(f"MARKREAD #milk {TIMES[1]}", self.bob.asks("JOIN #milk"))

    def device(self) -> tuple[IrcPeer, list[str]]:
        """One more device of carol's account, and what it is shown first."""
        response = b64encode(f"\0carol\0{PASSWORD}".encode()).decode()
        peer = self.peer()
        peer.sends("CAP LS 302", "CAP REQ :sasl draft/read-marker", "NICK carol")
        peer.sends("USER c 0 * :C", "AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")
        peer.sends("CAP END")
        return peer, peer.sees()

    def test_marker_of_an_account_is_the_same_on_all_devices(self) -> None:
        """Each is told when another one moves it, and at JOIN, also later."""
        self.account("carol")
        phone, _ = self.device()
        joined = phone.asks("JOIN #tea")
        self.assertIn("MARKREAD #tea *", joined)
        for target in ("#tea", "alice"):
            phone.asks(f"MARKREAD {target} {TIMES[1]}")
        laptop, shown = self.device()
        self.assertIn(f"MARKREAD #tea {TIMES[1]}", shown)
        moved = f"MARKREAD #tea {TIMES[2]}"
        self.assertEqual(laptop.asks(f"MARKREAD #tea {TIMES[2]}"), [moved])
        self.assertEqual(phone.sees(), [moved])
        for peer in (phone, laptop):
            peer.sends("QUIT")
            peer.goes()
        phone, shown = self.device()
        self.assertEqual([line for line in shown if "MARKREAD" in line], [])
        seen = phone.asks("JOIN #tea")
        end = seen.index("366 carol #tea :End of /NAMES list")
        self.assertLess(seen.index(moved), end)
        self.assertEqual(phone.asks("MARKREAD alice"), [f"MARKREAD alice {TIMES[1]}"])

    def test_refusals(self) -> None:
        """Each has its code."""
        for sent, error in (
            ("MARKREAD", "NEED_MORE_PARAMS "),
            ("MARKREAD #tea *", "INVALID_PARAMS #tea "),
            ("MARKREAD #tea timestamp=x", "INVALID_PARAMS #tea "),
            ("MARKREAD a:b", "INVALID_PARAMS a:b "),
        ):
            (line,) = self.bob.asks(sent)
            self.assertTrue(line.startswith(f"FAIL MARKREAD {error}:"), line)
