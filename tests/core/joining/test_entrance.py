"""Tests of twisted_chat.core.joining.entrance."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from twisted_chat.core.client import Identity
from twisted_chat.core.joining.entrance import Entrance
from twisted_chat.core.replies import Refused


class EntranceTests(SynchronousTestCase):
    """The password of the server."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.entrance = Entrance("open sesame", runtime_of(self, self.clock))

    def refusal(
        self, password: str, network: int | None = 1, *, secure: bool = False
    ) -> str:
        try:
            self.entrance.check(password, Identity(network=network, secure=secure))
        except Refused as refused:
            return refused.text
        return ""

    def test_only_the_password_is_right(self) -> None:
        """In its case, as a whole."""
        self.assertEqual(self.refusal("open sesame"), "")
        for wrong in ("", "Open sesame", "open", "open sesame!", "\ud83d"):
            self.assertEqual(self.refusal(wrong, None), "wrong password")

    def test_wrong_passwords_of_one_network_are_limited(self) -> None:
        """Others, and clients of the same machine, are not held up."""
        for _ in range(5):
            self.refusal("wrong")
            self.refusal("wrong", None)
        self.assertEqual(self.refusal("open sesame"), "too many attempts: wait 30 s")
        self.assertEqual(self.refusal("open sesame", 2), "")
        self.assertEqual(self.refusal("open sesame", None), "")
        self.clock.advance(30)
        self.assertEqual(self.refusal("open sesame"), "")

    def test_password_may_be_accepted_only_where_nobody_can_read_it(self) -> None:
        """Neither the right one nor a wrong one, which is not counted either."""
        runtime = runtime_of(self, self.clock)
        self.entrance = Entrance("open sesame", runtime, requires_tls=True)
        for _ in range(6):
            for password in ("open sesame", "wrong"):
                self.assertEqual(
                    self.refusal(password), "passwords are accepted only over TLS"
                )
        self.assertEqual(self.refusal("open sesame", secure=True), "")
