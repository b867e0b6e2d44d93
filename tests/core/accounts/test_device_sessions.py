"""Tests of twisted_chat.core.accounts.device_sessions."""

from __future__ import annotations

from dataclasses import replace

from tests.support.accounts import AccountsTestCase
from twisted_chat.core.accounts import device_sessions as module
from twisted_chat.core.accounts.device_sessions import AREA, LIFETIME, DeviceSessions
from twisted_chat.core.accounts.tokens import digest


class DeviceSessionsTests(AccountsTestCase):
    """Sessions that are logged in."""

    def setUp(self) -> None:
        super().setUp()
        self.sessions = self.make()
        self.bob = self.register()

    def make(self) -> DeviceSessions:
        return DeviceSessions(self.values, self.clock.seconds)

    def is_known(self, client_id: str) -> bool:
        return self.now(self.sessions.find(client_id)) is not None

    def test_session_is_of_the_account_that_logged_in(self) -> None:
        """Until its password is changed."""
        self.now(self.sessions.add("client", self.bob, "token"))
        found = self.now(self.sessions.find("client"))
        assert found is not None
        self.assertTrue(found.is_of(self.bob))
        self.assertEqual(found.folded, "bob")
        self.assertEqual(found.token_digest, digest("token"))
        self.assertFalse(found.is_of(replace(self.bob, generation=1)))
        self.assertFalse(found.is_of(replace(self.bob, id="@0")))

    def test_session_ends(self) -> None:
        """With a logout, and after thirty days."""
        for client in ("one", "two"):
            self.now(self.sessions.add(client, self.bob, ""))
        self.now(self.sessions.remove("one"))
        self.assertEqual([*map(self.is_known, ("one", "two"))], [False, True])
        self.clock.advance(LIFETIME)
        self.assertFalse(self.is_known("two"))

    def test_store_does_not_have_client_ids(self) -> None:
        """They are secrets."""
        self.now(self.sessions.add("client", self.bob, ""))
        stored = self.now(self.values.load(AREA))
        self.assertEqual(len(stored), 1)
        self.assertNotIn("client", repr(stored))

    def test_store_does_not_have_tokens(self) -> None:
        """Whoever reads a backup cannot log in."""
        token = self.now(self.accounts.token_for(self.bob))
        self.now(self.sessions.add("client", self.bob, token))
        self.assertNotIn(token, repr(self.now(self.values.load(AREA))))

    def test_tokens_that_an_earlier_version_stored_are_replaced(self) -> None:
        """At the start; until then the session is as valid as ever."""
        token = self.now(self.accounts.token_for(self.bob))
        self.now(self.sessions.add("client", self.bob, token))
        stored = self.now(self.values.load(AREA))
        (key,) = stored
        former = stored[key].replace(digest(token), token)
        self.assertIn(token, former)
        self.now(self.values.write({key: former}))
        found = self.now(self.sessions.find("client"))
        assert found is not None
        self.assertEqual(found.token_digest, digest(token))
        self.now(self.make().load())
        self.assertEqual(self.now(self.values.load(AREA)), stored)

    def test_sessions_of_one_account_are_bounded(self) -> None:
        """Those of others stay, also if this one has logged in more often."""
        self.patch(module, "MAX_SESSIONS", 5)
        self.patch(module, "MAX_OF_ACCOUNT", 4)
        alice = self.register("alice")
        self.now(self.sessions.add("hers", alice, ""))
        names = [f"client{number}" for number in range(20)]
        for name in names:
            self.now(self.sessions.add(name, self.bob, ""))
            self.clock.advance(1)
        self.assertTrue(self.is_known("hers"))
        self.assertEqual([*filter(self.is_known, names)], names[-4:])

    def test_account_with_most_sessions_makes_room(self) -> None:
        """Many accounts with few sessions each do not end those of others."""
        self.patch(module, "MAX_SESSIONS", 4)
        alice = self.register("alice")
        self.now(self.sessions.add("hers", alice, ""))
        for name in ("one", "two", "three", "four"):
            self.now(self.sessions.add(name, self.bob, ""))
        carol = self.register("carol")
        self.now(self.sessions.add("theirs", carol, ""))
        kept = ("hers", "three", "four", "theirs")
        known = [*filter(self.is_known, ("hers", "one", "two", *kept[1:]))]
        self.assertEqual(known, [*kept])

    def test_number_of_sessions_is_bounded(self) -> None:
        """Also over restarts."""
        self.patch(module, "MAX_SESSIONS", 3)
        for client in ("one", "two", "three"):
            self.now(self.sessions.add(client, self.bob, ""))
            self.clock.advance(1)
        self.sessions = self.make()
        self.now(self.sessions.load())
        for client in ("four", "one"):
            self.now(self.sessions.add(client, self.bob, ""))
            self.clock.advance(1)
        known = [self.is_known(c) for c in ("one", "two", "three", "four")]
        self.assertEqual(known, [True, False, True, True])

    def test_sessions_that_have_ended_are_removed_at_the_start(self) -> None:
        """Nobody asks for them."""
        self.now(self.sessions.add("client", self.bob, ""))
        self.clock.advance(LIFETIME)
        self.now(self.make().load())
        self.assertEqual(self.now(self.values.load(AREA)), {})
