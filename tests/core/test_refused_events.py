"""Events that were not stored: what their authors are told."""

from __future__ import annotations

from tests.support.codecs import wire_with
from tests.support.ref_chat import RefChatCase
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.interfaces import OutcomeUnknown, Viewer
from twisted_chat.core.replies import ErrorReply, Reply, Request


class StoreFailureTests(RefChatCase):
    """What could not be stored is refused, and shown to no one."""

    def test_each_author_is_sent_an_error(self) -> None:
        """Those with a ``ref`` with that."""
        self.chat.journal.fail()
        with self.chat.together():
            self.alice.types("one")
            self.alice.asks(Request("", "two", ref="2"))
            self.bob.types("three")
        self.assertEqual(
            self.alice.sees(), ["error: not stored: the disk is full", "2: store"]
        )
        self.assertEqual(self.bob.sees(), ["error: not stored: the disk is full"])

    def test_later_message_is_stored(self) -> None:
        """The history has that one alone."""
        self.chat.journal.fail()
        self.alice.types("one")
        self.alice.sees()
        self.alice.types("two")
        self.assertEqual(self.bob.sees(), ["alice: two"])
        self.alice.types(r"\history")
        self.assertEqual(self.alice.sees(), ["alice: two", "alice: two"])

    def test_codec_that_cannot_encode_the_error_hides_it_from_no_one_else(
        self,
    ) -> None:
        """Its client goes on, too."""

        class NoErrorCodec(LineCodec):
            def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
                if isinstance(reply, ErrorReply):
                    raise RuntimeError("broken")  # noqa: TRY004
                return super().reply(reply, viewer, ref)

        (carol,) = self.chat.people("carol", wire=wire_with(NoErrorCodec()))
        self.bob.sees()
        self.chat.journal.fail()
        with self.chat.together():
            carol.types("one")
            self.bob.types("two")
            with self.assertRaises(RuntimeError):
                self.chat.advance(0)
        self.assertEqual(self.bob.sees(), ["error: not stored: the disk is full"])
        self.bob.types("three")
        self.assertEqual(carol.sees(), ["bob: three"])

    def test_unknown_outcome_is_answered_with_that(self) -> None:
        """The event may still be announced, so what it needs is kept."""
        text = "it is not known whether this was stored"
        self.chat.journal.fail(OutcomeUnknown(text), times=3)
        self.alice.types("hi", r"\nick zoe", r"\join tea")
        self.assertEqual(self.alice.sees(), [f"error: {text}"] * 3)
        self.assertIn("tea", self.chat.pool.rooms)
        self.bob.types(r"\nick zoe")
        self.assertIn(
            "error: zoe, or a name that looks like it, is in use", self.bob.sees()[-1]
        )
