"""Who owns which nickname on a single server."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.name_registry import LocalNameRegistry, claim, release
from twisted_chat.core.nicknames import Name
from twisted_chat.core.replies import Refused


class LocalNameRegistryTests(SynchronousTestCase):
    """Who owns which name on a single server."""

    def setUp(self) -> None:
        self.names = LocalNameRegistry()

    def claim(self, name: str, owner: str) -> bool:
        claim = self.names.claim(Name.of(name).keys, owner)
        return bool(self.successResultOf(Deferred.fromCoroutine(claim)))

    def release(self, *args: str, kept: str = "") -> None:
        self.successResultOf(
            Deferred.fromCoroutine(release(self.names, *args, kept=kept))
        )

    def test_first_come(self) -> None:
        """A name belongs to whoever took it first, and again to itself."""
        self.assertTrue(self.claim("alice", "A"))
        self.assertTrue(self.claim("Alice", "A"))
        self.assertFalse(self.claim("ALICE", "B"))
        self.assertFalse(self.claim("aIice", "B"))

    def test_all_or_none(self) -> None:
        """A claim that failed leaves nothing behind."""
        self.claim("bob", "A")
        self.assertFalse(self.claim("b0b", "B"))
        self.release("A", "bob")
        self.assertTrue(self.claim("b0b", "C"))

    def test_release(self) -> None:
        """A name is free once its owner lets go, and only the owner can."""
        self.claim("alice", "A")
        self.release("B", "alice")
        self.assertFalse(self.claim("alice", "B"))
        self.release("A", "alice")
        self.assertTrue(self.claim("alice", "B"))
        self.assertEqual(set(self.names._owners.values()), {"B"})

    def test_a_rename_keeps_what_it_needs(self) -> None:
        """Who changes only the case of a name does not lose it."""
        self.claim("bob", "A")
        self.claim("Bob", "A")
        self.release("A", "bob", kept="Bob")
        self.assertFalse(self.claim("bob", "B"))
        self.claim("rob", "A")
        self.release("A", "Bob", kept="rob")
        self.assertTrue(self.claim("bob", "B"))

    def test_taken_nickname_is_refused(self) -> None:
        """So is one that looks like it, with what to do instead."""
        taken = claim(self.names, "alice", "A")
        self.successResultOf(Deferred.fromCoroutine(taken))
        failure = self.failureResultOf(
            Deferred.fromCoroutine(claim(self.names, "a1ice", "B")), Refused
        )
        self.assertEqual(failure.value.code, "nick_taken")
        self.assertIn("choose another", failure.value.text)
