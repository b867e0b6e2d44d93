"""Lines that belong together."""

from __future__ import annotations

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.irc.batches import Batch, with_batches, without_batches
from twisted_chat.clients.irc.message import Message

INNER = Batch("chathistory", ("#tea",), (Message("PRIVMSG", ("#tea", "hi")),))
OUTER = Batch(
    "labeled-response", (), (Message("JOIN", ("#tea",)), INNER), {"label": "7"}
)


class BatchTests(SynchronousTestCase):
    """A batch in a batch."""

    def test_lines_say_in_which_batch_they_are(self) -> None:
        """Of two, in the inner one."""
        ids = count(1)
        lines = list(with_batches([OUTER], lambda: f"b{next(ids)}"))
        self.assertEqual(
            [(line.command, line.params, dict(line.tags)) for line in lines],
            [
                ("BATCH", ("+b1", "labeled-response"), {"label": "7"}),
                ("JOIN", ("#tea",), {"batch": "b1"}),
                ("BATCH", ("+b2", "chathistory", "#tea"), {"batch": "b1"}),
                ("PRIVMSG", ("#tea", "hi"), {"batch": "b2"}),
                ("BATCH", ("-b2",), {"batch": "b1"}),
                ("BATCH", ("-b1",), {}),
            ],
        )

    def test_without_batches_the_lines_stay(self) -> None:
        """In order."""
        lines = without_batches([OUTER])
        self.assertEqual([line.command for line in lines], ["JOIN", "PRIVMSG"])
