"""Tests of twisted_chat.journals.redis.name_registry."""

from __future__ import annotations

from tests.support.redis import FakeRedisTestCase
from twisted_chat.journals.redis.errors import unreachable
from twisted_chat.journals.redis.name_registry import RedisNameRegistry
from twisted_chat.journals.redis.persistent_connection import PersistentConnection
from twisted_chat.journals.redis.scripts import REGISTER_SERVER


class RedisNameRegistryTests(FakeRedisTestCase):
    """Names are unique across all servers."""

    def setUp(self) -> None:
        super().setUp()
        self.was_expired = False
        self.one = self.server("one")
        self.two = self.server("two")

    def server(self, name: str) -> RedisNameRegistry:
        async def on_connect(connection: PersistentConnection) -> None:
            await names.restore(was_expired=self.was_expired)

        connection = PersistentConnection(
            name, self.redis.connect, self.clock, on_connect=on_connect
        )
        names = RedisNameRegistry(connection, name)
        connection.start()
        self.addCleanup(lambda: self.result(connection.stop()))
        self.register(name)
        return names

    def register(self, name: str) -> None:
        self.redis.run(REGISTER_SERVER.text, name.encode(), b"60000", b"0")

    def claim(self, names: RedisNameRegistry, owner: str, *keys: str) -> bool:
        return self.result(names.claim(keys, owner))

    def test_either_all_keys_are_claimed_or_none(self) -> None:
        """One key in common makes two names conflict."""
        self.assertTrue(self.claim(self.one, "alice", "=a", "~a"))
        self.assertFalse(self.claim(self.two, "bob", "=b", "~a"))
        self.assertTrue(self.claim(self.two, "bob", "=b", "~b"))
        self.assertTrue(self.claim(self.one, "alice", "=a", "~a"))

    def test_keys_of_a_former_owner_may_be_claimed(self) -> None:
        """It has them no longer, on any server."""
        self.claim(self.one, "guest", "=a", "~a")
        self.assertFalse(self.result(self.two.claim(["=a"], "@a", "other")))
        self.assertTrue(self.result(self.two.claim(["=a", "~a"], "@a", "guest")))
        self.result(self.one.release(["=a"], "guest"))
        self.assertFalse(self.claim(self.one, "guest", "=a"))
        self.assertTrue(self.result(self.one.claim(["=a"], "@a", "guest")))

    def test_only_the_owner_can_release_a_key(self) -> None:
        """Then it is free on all servers."""
        self.claim(self.one, "alice", "=a")
        self.result(self.two.release(["=a"], "bob"))
        self.assertFalse(self.claim(self.two, "bob", "=a"))
        self.result(self.one.release(["=a"], "alice"))
        self.assertTrue(self.claim(self.two, "bob", "=a"))

    def test_client_that_moves_to_another_server_keeps_its_name(self) -> None:
        """The former server cannot release it any more."""
        self.claim(self.one, "alice", "=a")
        self.assertTrue(self.claim(self.two, "alice", "=a"))
        self.result(self.one.release(["=a"], "alice"))
        self.assertFalse(self.claim(self.one, "bob", "=a"))

    def test_owner_of_any_of_the_keys_is_found(self) -> None:
        """On whichever server it is."""
        self.claim(self.one, "al ice", "=a", "~a")
        self.assertEqual(self.result(self.two.owner(["=b", "~a"])), "al ice")
        self.assertEqual(self.result(self.two.owner(["=b", "~b"])), "")
        self.result(self.one.release(["=a", "~a"], "al ice"))
        self.assertEqual(self.result(self.two.owner(["=a", "~a"])), "")

    def test_release_during_an_outage_is_done_after_it(self) -> None:
        """It does not fail, while a claim does."""
        self.claim(self.one, "alice", "=a", "=b")
        self.redis.down = unreachable("fake:1", "connection refused")
        self.redis.disconnect_all()
        self.error(self.one.claim(["=c"], "alice"))
        self.result(self.one.release(["=a"], "alice"))
        self.assertEqual(set(self.redis.names), {"=a", "=b"})
        self.redis.down = None
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), {"=b"})

    def test_key_that_is_claimed_again_is_not_released_later(self) -> None:
        """The claim cancels the release that failed."""
        self.claim(self.one, "alice", "=a")
        self.redis.errors["release_names"] = "BUSY no"
        self.result(self.one.release(["=a"], "alice"))
        self.redis.errors.clear()
        self.assertTrue(self.claim(self.one, "alice", "=a"))
        self.redis.disconnect_all()
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), {"=a"})

    def test_key_whose_claim_is_in_doubt_is_released(self) -> None:
        """Otherwise nobody could claim it."""
        self.redis.lose_replies = 1
        self.error(self.one.claim(["=a"], "alice"))
        self.assertEqual(set(self.redis.names), {"=a"})
        self.clock.advance(2)
        self.assertEqual(set(self.redis.names), set())

    def test_key_whose_claim_was_refused_is_not_released(self) -> None:
        """It was not claimed."""
        self.redis.errors["claim_names"] = "OOM no"
        self.error(self.one.claim(["=a"], "alice"))
        self.assertEqual(self.one._unreleased, {})

    def test_names_of_an_expired_server_are_claimed_again_where_free(self) -> None:
        """After it has registered again; until then, claims are refused."""
        self.claim(self.one, "alice", "=a")
        self.claim(self.one, "bert", "=b")
        self.redis.expire_server("one")
        self.error(self.one.claim(["=c"], "carol"))
        self.claim(self.two, "bob", "=b")
        self.register("one")
        self.was_expired = True
        self.clock.advance(2)
        self.assertEqual(
            self.redis.names, {"=a": ("one", "alice"), "=b": ("two", "bob")}
        )
