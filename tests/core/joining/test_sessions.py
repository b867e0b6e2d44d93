"""Sessions and the ids of clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.joining.sessions import client_id_of, is_session, new_session


class SessionTests(SynchronousTestCase):
    """Their form, and what is stored of them."""

    def test_every_session_is_another_one(self) -> None:
        """And has the form of one."""
        sessions = {new_session() for _ in range(100)}
        self.assertEqual(len(sessions), 100)
        self.assertTrue(all(map(is_session, sessions)))

    def test_other_texts_are_no_sessions(self) -> None:
        """Nothing that could harm a screen or a log."""
        for text in ("", "x", "x" * 23, "é" * 22, "x" * 21 + "\n", "x" * 22 + "\n"):
            self.assertFalse(is_session(text))

    def test_id_is_a_digest_of_the_session(self) -> None:
        """Always the same, also after a restart and on another server."""
        self.assertEqual(client_id_of("x" * 22), "UHNh5ybYiX1ykrj0Vs4yrA")
        self.assertNotEqual(client_id_of("x" * 22), client_id_of("y" * 22))
