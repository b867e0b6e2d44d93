"""The registry of nicknames: claiming and releasing."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.names.registry import (
    LocalNameRegistry,
    claim,
    claim_unreserved,
    release,
)
from twisted_chat.core.replies import Refused


class LocalNameRegistryTests(SynchronousTestCase):
    """The owners of nicknames on a single server."""

    def setUp(self) -> None:
        self.names = LocalNameRegistry()

    def claim(self, name: str, owner: str) -> bool:
        claim = self.names.claim(Name.of(name).keys, owner)
        return bool(self.successResultOf(Deferred.fromCoroutine(claim)))

    def release(self, *args: str, kept: str = "") -> None:
        self.successResultOf(
            Deferred.fromCoroutine(release(self.names, *args, kept=kept))
        )

    def test_nickname_belongs_to_its_first_owner(self) -> None:
        """In any case, and with names that look alike; it may claim it again."""
        self.assertTrue(self.claim("alice", "A"))
        self.assertTrue(self.claim("Alice", "A"))
        self.assertFalse(self.claim("ALICE", "B"))
        self.assertFalse(self.claim("aIice", "B"))

    def test_nickname_of_a_former_owner_may_be_claimed(self) -> None:
        """A guest that logs in keeps its own; nobody else's is taken."""
        self.claim("bob", "A")
        for owner, former, taken in (("@b", "", False), ("@b", "A", True)):
            claim = self.names.claim(Name.of("bob").keys, owner, former)
            found = self.successResultOf(Deferred.fromCoroutine(claim))
            self.assertIs(found, taken)
        self.release("A", "bob")
        self.assertFalse(self.claim("bob", "C"))

    def test_owner_of_a_name_that_looks_like_another_is_found(self) -> None:
        """Nobody has it once that is released."""
        self.claim("bob", "A")
        for name, owner in (("bob", "A"), ("b0b", "A"), ("zoe", "")):
            found = Deferred.fromCoroutine(self.names.owner(Name.of(name).keys))
            self.assertEqual(self.successResultOf(found), owner)

    def test_failed_claim_takes_no_key(self) -> None:
        """The name is free once its owner has released it."""
        self.claim("bob", "A")
        self.assertFalse(self.claim("b0b", "B"))
        self.release("A", "bob")
        self.assertTrue(self.claim("b0b", "C"))

    def test_only_the_owner_can_release_a_nickname(self) -> None:
        """Another one may claim it after that."""
        self.claim("alice", "A")
        self.release("B", "alice")
        self.assertFalse(self.claim("alice", "B"))
        self.release("A", "alice")
        self.assertTrue(self.claim("alice", "B"))
        self.assertEqual(set(self.names._owners.values()), {"B"})

    def test_release_keeps_the_keys_of_the_new_nickname(self) -> None:
        """A member that changes only the case of its nickname still owns it."""
        self.claim("bob", "A")
        self.claim("Bob", "A")
        self.release("A", "bob", kept="Bob")
        self.assertFalse(self.claim("bob", "B"))

    def test_release_frees_the_keys_that_the_new_nickname_does_not_need(self) -> None:
        """The old nickname can be claimed."""
        self.claim("bob", "A")
        self.claim("rob", "A")
        self.release("A", "bob", kept="rob")
        self.assertTrue(self.claim("bob", "B"))
        self.assertFalse(self.claim("rob", "B"))

    def test_taken_nickname_is_refused(self) -> None:
        """So is one that looks like it."""
        taken = claim(self.names, "alice", "A")
        self.successResultOf(Deferred.fromCoroutine(taken))
        failure = self.failureResultOf(
            Deferred.fromCoroutine(claim(self.names, "a1ice", "B")), Refused
        )
        self.assertEqual(failure.value.code, "nick_taken")
        self.assertIn("choose another", failure.value.text)


class ReservedTests(SynchronousTestCase):
    """Names that are reserved for accounts."""

    def setUp(self) -> None:
        self.names = LocalNameRegistry()
        self.reserved: str | None = "Bob"
        self.error: Exception | None = None

    async def holder(self, _keys: Sequence[str]) -> str | None:
        if self.error is not None:
            raise self.error
        return self.reserved

    def claim(self, owner: str, **more: str) -> Deferred[Name]:
        claim = claim_unreserved(self.names, self.holder, "b0b", owner, **more)
        return Deferred.fromCoroutine(claim)

    def is_free(self) -> bool:
        claim = self.names.claim(Name.of("b0b").keys, "other")
        return self.successResultOf(Deferred.fromCoroutine(claim))

    def test_reserved_name_is_refused_and_stays_free(self) -> None:
        """For its account."""
        refused = self.failureResultOf(self.claim("A"), Refused).value
        self.assertEqual(refused.text, "Bob is registered: \\login Bob PASSWORD")
        self.assertTrue(self.is_free())

    def test_reserved_name_is_refused_as_such_while_its_account_has_it(self) -> None:
        """What to do is to log in, not to choose another."""
        self.successResultOf(self.claim("@b", account="Bob"))
        refused = self.failureResultOf(self.claim("A"), Refused).value
        self.assertEqual(refused.code, "nick_registered")
        self.reserved = None
        refused = self.failureResultOf(self.claim("A"), Refused).value
        self.assertEqual(refused.code, "nick_taken")

    def test_claim_that_cannot_be_checked_leaves_nothing(self) -> None:
        """But for what the owner has already."""
        self.error = StoreError("away")
        self.failureResultOf(self.claim("A"), StoreError)
        self.assertTrue(self.is_free())
        self.names = LocalNameRegistry()
        own = self.names.claim(Name.of("bob").keys, "A")
        self.successResultOf(Deferred.fromCoroutine(own))
        self.failureResultOf(self.claim("A", current="bob"), StoreError)
        self.assertFalse(self.is_free())
