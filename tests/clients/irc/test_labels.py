"""The answers to commands that have a label."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.batches import Batch
from twisted_chat.clients.irc.labels import labelled
from twisted_chat.clients.irc.message import Message
from twisted_chat.clients.irc.reference import Place, Reference

PONG = Message("PONG", ("x",))
PING = Reference("PING", "x", "7")


class LabelTests(SynchronousTestCase):
    """One line, a batch, or ACK has the label."""

    def test_single_line_has_the_label(self) -> None:
        """Besides its own tags."""
        (line,) = labelled([Message("PONG", ("x",), tags={"time": "t"})], PING)
        self.assertEqual(line.tags, {"time": "t", "label": "7"})

    def test_several_lines_are_a_batch(self) -> None:
        """Which has the label."""
        self.assertEqual(
            labelled([PONG, PONG], PING),
            [Batch("labeled-response", (), (PONG, PONG), {"label": "7"})],
        )

    def test_single_batch_has_the_label(self) -> None:
        """It needs no other one around it."""
        batch = Batch("chathistory", ("#tea",), (PONG,))
        (shown,) = labelled([batch], PING)
        self.assertEqual(
            shown, Batch("chathistory", ("#tea",), (PONG,), {"label": "7"})
        )

    def test_no_line_is_acknowledged(self) -> None:
        """So the client waits for nothing."""
        self.assertEqual(labelled([], PING), [Message("ACK", tags={"label": "7"})])

    def test_replies_for_several_targets_share_one_batch(self) -> None:
        """The first begins it and the last ends it."""
        (first, middle, last) = (
            labelled([PONG], Reference("JOIN", "#a", "7", place))
            for place in (Place.FIRST, Place.MIDDLE, Place.LAST)
        )
        begin, *_ = first
        assert isinstance(begin, Message)
        batch_id = begin.params[0].removeprefix("+")
        inside = Message("PONG", ("x",), tags={"batch": batch_id})
        self.assertEqual(
            first,
            [
                Message(
                    "BATCH", (f"+{batch_id}", "labeled-response"), "", {"label": "7"}
                ),
                inside,
            ],
        )
        self.assertEqual(middle, [inside])
        self.assertEqual(last, [inside, Message("BATCH", (f"-{batch_id}",))])
