"""The codec: which tags, numerics and batches its clients are sent."""

from __future__ import annotations

import gc

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.codec import Codecs, IrcCodec
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.protocol import unframed
from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.core.events import BulkPresence, Stored
from twisted_chat.core.events import Message as Post


class CodecTests(IrcCase):
    """Clients with equal capabilities have one codec."""

    def codec(self, *capabilities: str) -> IrcCodec:
        return self.shared.codecs.codec(frozenset(capabilities), unframed)

    def test_clients_that_are_alike_share_a_codec(self) -> None:
        """And so one encoding of each event."""
        alice = self.irc("alice", "lobby", capabilities="server-time batch")
        bob = self.irc("bob", "lobby", capabilities="batch server-time sasl-not")
        carol = self.irc("carol", "lobby", capabilities="batch server-time")
        dora = self.irc("dora", "lobby")
        views = {peer.client.view for peer in (alice, carol)}
        self.assertEqual(len(views), 1)
        others = {peer.client.view for peer in (bob, dora)}
        self.assertEqual(len(others), 1)
        self.assertTrue(views.isdisjoint(others))

    def test_codec_is_kept_while_a_client_has_it(self) -> None:
        """There may be as many sets as clients."""
        codecs = Codecs(self.shared.server)
        codec = codecs.codec(frozenset({"batch"}), unframed)
        self.assertIs(codecs.codec(frozenset({"batch"}), unframed), codec)
        del codec
        gc.collect()
        self.assertEqual(len(codecs._codecs), 0)

    def test_tags_are_those_that_the_clients_know(self) -> None:
        """Each with its capability."""
        post = Post("lobby", "bob", "hi", "id", account="bob")
        stored = Stored("9", 1_500, post)
        for capability, tags in (
            ("", b""),
            ("server-time", b"@time=1970-01-01T00:00:01.500Z "),
            ("message-tags", b"@msgid=9 "),
            ("account-tag", b"@account=bob "),
        ):
            line = self.codec(capability).event(stored, None)
            self.assertEqual(line.partition(b":bob!")[0], tags)

    def test_plain_message_is_encoded_as_any_other(self) -> None:
        """Though in less time, as most are plain."""
        tags = ("server-time", "message-tags", "account-tag")
        for capabilities in ((), tags, tags[:1], tags[1:2], tags[2:]):
            codec = self.codec(*capabilities)
            for text in ("hi", ":-)", "gr\xfc\xdfe", "x" * 440, "x" * 600, "a\nb"):
                for account in ("", "bob"):
                    post = Post("lobby", "bob", text, "id", account=account)
                    stored = Stored("1-9", 7, post)
                    self.assertEqual(
                        codec.event(stored, None),
                        codec.encode(codec._events.of(stored)),
                    )

    def test_tags_of_clients_need_one_capability(self) -> None:
        """Whatever their names."""
        line = Message("TAGMSG", ("#tea",), "a!b@c", {"+typing": "active"})
        self.assertEqual(
            self.codec("message-tags").encode([line]),
            b"@+typing=active :a!b@c TAGMSG #tea\r\n",
        )
        self.assertEqual(self.codec().encode([line]), b":a!b@c TAGMSG #tea\r\n")

    def test_line_is_as_long_as_every_client_reads(self) -> None:
        """512 bytes without its tags; it is cut between two characters."""
        tags = {"label": "x" * 600}
        codec = self.codec("labeled-response")
        for text in ("x" * 600, "\u20ac" * 200):
            error = Message("401", (text, "No such nick"), tags=tags)
            sent, line = codec.encode([error], "bob").decode().split(" ", 1)
            self.assertEqual(sent, f"@label={tags['label']}")
            self.assertIn(len(line.encode()), range(509, 513))
            self.assertRegex(line, f"^:chat.server 401 bob {text[0]}+\r\n$")

    def test_numerics_name_the_client(self) -> None:
        """And the server is the source."""
        line = Message("422", ("none",))
        codec = self.codec()
        self.assertEqual(codec.encode([line], "bob"), b":chat.server 422 bob none\r\n")
        self.assertEqual(codec.encode([line]), b":chat.server 422 * none\r\n")

    def test_each_of_many_that_arrive_is_named(self) -> None:
        """As clients keep lists of names."""
        for arrived, command in ((True, b" JOIN "), (False, b" PART ")):
            bulk = BulkPresence("lobby", arrived, ("eve", "zoe"), 2)
            lines = self.codec().bulk_presence(bulk, None).split(b"\r\n")
            self.assertEqual([command in line for line in lines], [True, True, False])

    def test_each_of_many_that_arrive_has_its_account(self) -> None:
        """For clients that know accounts."""
        alice = self.irc("alice", "lobby")
        self.room.log_in(alice.protocol._attachment, "alice")  # type: ignore[arg-type]
        bulk = BulkPresence("lobby", True, ("alice",), 2)
        (line, _) = self.codec("extended-join").bulk_presence(bulk, None).split(b"\r\n")
        self.assertTrue(line.endswith(b" JOIN #lobby alice :The real alice"), line)

    def test_each_of_many_that_arrive_at_once_is_shown_once(self) -> None:
        """In the list of members, or as it joins; also if it joins another room."""
        peers = [self.irc(f"p{n}") for n in range(BULK_THRESHOLD + 1)]
        with self.room.together():
            for peer in peers:
                peer.protocol.dataReceived(b"JOIN #tea\r\nJOIN #milk\r\n")
        self.settle()
        for peer in peers:
            seen = peer.sees()
            for room in ("#tea", "#milk"):
                listed = [
                    name.lstrip("@")
                    for line in seen
                    if line.startswith(f"353 {peer.nick} = {room} ")
                    for name in line.partition(":")[2].split()
                ]
                joined = [
                    line[1:].partition("!")[0]
                    for line in seen
                    if line.endswith(f" JOIN {room}")
                ]
                self.assertEqual(joined.pop(0), peer.nick)
                self.assertEqual(sorted(listed + joined), sorted(p.nick for p in peers))

    def test_messages_that_came_meanwhile_are_a_batch(self) -> None:
        """For those who know batches."""
        alice = self.irc("alice", capabilities="batch server-time")
        self.eve.types("hello")
        seen = alice.asks("JOIN #lobby")
        begin = next(line for line in seen if line.startswith("BATCH +"))
        self.assertTrue(begin.endswith(" chathistory #lobby"))
        self.assertTrue(seen[-2].endswith(" PRIVMSG #lobby :hello"))
        self.assertIn(f"batch={begin.split()[1][1:]}", seen[-2])
