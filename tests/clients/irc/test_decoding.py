"""Messages of several lines between clients."""

from __future__ import annotations

import re

from tests.support.irc_clients import IrcCase, IrcPeer

CAPABILITIES = (
    "message-tags server-time batch echo-message labeled-response draft/multiline"
)
BEGIN = "@label=7;+a=b BATCH +123 draft/multiline #tea"
LINES = (
    "@batch=123 PRIVMSG #tea hello",
    "@batch=123 PRIVMSG #tea :#how is ",
    "@batch=123;draft/multiline-concat PRIVMSG #tea everyone?",
)


class MultilineTests(IrcCase):
    """Alice and bob know them, carol does not, and eve is a line client."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea", capabilities=CAPABILITIES)
        self.bob = self.irc("bob", "tea", capabilities=CAPABILITIES)
        self.carol = self.irc("carol", "tea", capabilities="message-tags")
        self.eve.types(r"\join tea")
        for client in (self.alice, self.bob, self.carol, self.eve):
            client.sees()

    def lines(self, seen: list[str]) -> list[str]:
        """The texts in one batch, with a sign before those that go on."""
        first, *inner, last = seen
        found = re.search(r"BATCH \+(\w+) draft/multiline #tea\Z", first)
        assert found is not None, first
        self.assertTrue(last.endswith(f"BATCH -{found[1]}"), last)
        for line in inner:
            self.assertNotRegex(line, r"msgid=|time=")
        return [
            ("+" if "multiline-concat" in line else "") + line.partition("#tea :")[2]
            for line in inner
        ]

    def fails(self, peer: IrcPeer, *sent: str) -> list[str]:
        return [" ".join(line.split()[:4]) for line in peer.asks(*sent)]

    def test_message_is_one_for_everyone(self) -> None:
        """The echo has the label; the beginning has the id, the time and the tags."""
        expected = ["hello", "#how is ", "+everyone?"]
        echo = self.alice.asks(BEGIN, *LINES, "BATCH -123")
        self.assertEqual(self.lines(echo), expected)
        shown = self.bob.sees()
        self.assertEqual(self.lines(shown), expected)
        self.assertIn("label=7", echo[0])
        for line in (echo[0], shown[0]):
            self.assertRegex(line, r"msgid=\S+")
            self.assertRegex(line, r"time=\S+")
            self.assertIn("+a=b", line)
        self.assertEqual(self.eve.sees(), ["alice: hello", "alice: #how is everyone?"])
        self.assertEqual(len(self.room.pool.rooms["tea"].history()), 1)

    def test_client_without_them_is_shown_lines(self) -> None:
        """The first has the id; none of them is empty."""
        self.alice.asks(BEGIN, "@batch=123 PRIVMSG #tea :", *LINES, "BATCH -123")
        seen = self.carol.sees()
        texts = [line.partition("#tea :")[2] for line in seen]
        self.assertEqual(texts, ["hello", "#how is ", "everyone?"])
        self.assertEqual(["msgid=" in line for line in seen], [True, False, False])
        self.assertTrue(all("+a=b" in line for line in seen))
        self.assertEqual(self.lines(self.bob.sees())[0], "")

    def test_message_of_another_wire_is_a_batch(self) -> None:
        """And a direct message as well."""
        self.alice.asks("BATCH +1 draft/multiline bob", "@batch=1 PRIVMSG bob one")
        self.assertEqual(self.bob.sees(), [])
        self.alice.asks("@batch=1 PRIVMSG bob two", "BATCH -1")
        first, *_ = self.bob.sees()
        self.assertRegex(first, r"BATCH \+\w+ draft/multiline bob\Z")

    def test_what_is_wrong_ends_the_message(self) -> None:
        """Once; the rest of it is ignored, and the next one is sent."""
        refused = "FAIL BATCH MULTILINE_INVALID"
        for sent, error in (
            ("@batch=231 PRIVMSG #tea hi", refused),
            ("@batch=123;draft/multiline-concat PRIVMSG #tea :", refused),
            (
                "@batch=123 PRIVMSG bob hi",
                "FAIL BATCH MULTILINE_INVALID_TARGET",
            ),
        ):
            rest = ("@batch=123 PRIVMSG #tea more", "BATCH -123")
            (line,) = self.alice.asks("BATCH +123 draft/multiline #tea", sent, *rest)
            self.assertTrue(line.startswith(error), line)
            self.assertEqual(self.bob.sees(), [])
        self.alice.asks(BEGIN, *LINES, "BATCH -123")
        self.assertNotEqual(self.bob.sees(), [])

    def test_ends_and_lines_without_a_beginning_are_refused(self) -> None:
        """And a beginning within a message."""
        refused = "FAIL BATCH MULTILINE_INVALID"
        for sent in (
            ("BATCH",),
            ("BATCH -1",),
            ("@batch=1 PRIVMSG #tea hi",),
            ("BATCH +1 netjoin x",),
            (BEGIN, BEGIN),
        ):
            (line,) = self.alice.asks(*sent)
            self.assertIn(refused, line)
        self.assertEqual(self.bob.sees(), [])

    def test_too_much_is_refused_with_the_limit(self) -> None:
        """As the capability says."""
        lines = ["@batch=123 PRIVMSG #tea hi"] * 102
        (line,) = self.alice.asks("BATCH +123 draft/multiline #tea", *lines)
        self.assertTrue(line.startswith("FAIL BATCH MULTILINE_MAX_LINES 100 :"), line)
        self.alice.asks("BATCH -123")
        lines = [f"@batch=123 PRIVMSG #tea {'x' * 400}"] * 42
        (line,) = self.alice.asks("BATCH +123 draft/multiline #tea", *lines)
        self.assertTrue(line.startswith("FAIL BATCH MULTILINE_MAX_BYTES 16384 :"), line)

    def test_message_that_may_not_be_sent_is_refused_as_one(self) -> None:
        """With the numeric of a message."""
        self.alice.asks("MODE #tea +m")
        self.bob.sees()
        (line,) = self.bob.asks("BATCH +123 draft/multiline #tea", *LINES, "BATCH -123")
        self.assertIn("404 bob #tea", line)

    def test_client_that_has_not_asked_for_them_cannot_send_them(self) -> None:
        """The tag has no effect."""
        self.assertIn(
            "421 carol BATCH", self.carol.asks("BATCH +1 draft/multiline #tea")[0]
        )
        self.carol.asks("@batch=1 PRIVMSG #tea hi")
        self.assertEqual(self.eve.sees(), ["carol: hi"])
