"""Tests of twisted_chat.journals.redis.address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.address import RedisAddress


class RedisAddressTests(SynchronousTestCase):
    """What an operator writes after ``--store``."""

    def refused(self, text: str) -> str:
        with self.assertRaises(StoreError) as caught:
            RedisAddress.parse(text)
        return str(caught.exception)

    def test_short(self) -> None:
        """A host is enough."""
        found = RedisAddress.parse("redis://db")
        self.assertEqual(found, RedisAddress((("db", 6379),)))
        self.assertEqual(str(found), "db:6379")

    def test_everything(self) -> None:
        """User, password, port, database, TLS; special signs with a percent sign."""
        found = RedisAddress.parse(
            "rediss://chat:p%40ss%3A@[::1]:7000/3?ca=/etc/ca.pem&cert=c.pem&key=k.pem"
        )
        self.assertEqual(found.hosts, (("::1", 7000),))
        self.assertEqual((found.user, found.password), ("chat", "p@ss:"))
        self.assertEqual((found.db, found.tls), (3, True))
        self.assertEqual(
            (found.ca, found.cert, found.key), ("/etc/ca.pem", "c.pem", "k.pem")
        )
        self.assertEqual(str(found), "[::1]:7000")
        self.assertNotIn("p@ss", repr(found))

    def test_password_without_a_user(self) -> None:
        """As it was written before Redis had users."""
        found = RedisAddress.parse("redis://:secret@db")
        self.assertEqual((found.user, found.password), ("", "secret"))

    def test_sentinels(self) -> None:
        """Several sentinels, and what they call the master."""
        found = RedisAddress.parse(
            "redis+sentinel://u:p@s1,s2:7001/chat/2?sentinel_password=q"
        )
        self.assertEqual(found.hosts, (("s1", 26379), ("s2", 7001)))
        self.assertEqual((found.service, found.db), ("chat", 2))
        self.assertEqual((found.password, found.sentinel_password), ("p", "q"))
        self.assertFalse(found.tls)
        self.assertTrue(RedisAddress.parse("rediss+sentinel://s/chat").tls)
        self.assertEqual(str(found), "chat of the sentinels s1:26379,s2:7001")

    def test_what_is_none(self) -> None:
        """One line says what is wrong; a password is not repeated."""
        for text, words in (
            ("http://db", "begins with none"),
            ("redis://", "names no host"),
            ("redis://:7000", "names no host"),
            ("redis://a,b", "redis+sentinel"),
            ("redis://db:x", "'x' is no port"),
            ("redis://db:0", "'0' is no port"),
            ("redis://[::1", "no address"),
            ("redis://[::1]x", "no address"),
            ("redis://db/x", "no number of a database"),
            ("redis://db/1/2", "no number of a database"),
            ("redis+sentinel://s", "SERVICE"),
            ("redis://db?colour=red", "no setting 'colour'"),
            ("redis://db?cert=x", "cert and key"),
        ):
            self.assertIn(words, self.refused(text), text)
        line = self.refused("redis://u:secret@db:x/0?sentinel_password=secret")
        self.assertNotIn("secret", line.replace("sentinel_password", ""))
        self.assertIn("write redis://HOST:PORT/DB", line)

    @given(st.text(max_size=30))
    def test_anything(self, text: str) -> None:
        """Whatever is typed is an address or refused with one line."""
        try:
            RedisAddress.parse("redis://" + text)
        except StoreError as error:
            self.assertNotEqual(str(error), "")
