"""Tests of twisted_chat.journals.redis.address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.address import RedisAddress


class RedisAddressTests(SynchronousTestCase):
    """The addresses after ``--store``."""

    def refused(self, text: str) -> str:
        with self.assertRaises(StoreError) as caught:
            RedisAddress.parse(text)
        return str(caught.exception)

    def test_host_is_enough(self) -> None:
        """Everything else has a default."""
        found = RedisAddress.parse("redis://db")
        self.assertEqual(found, RedisAddress((("db", 6379),)))
        self.assertEqual(str(found), "db:6379")

    def test_every_part_is_read(self) -> None:
        """Special characters are percent-encoded."""
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

    def test_password_without_a_user_is_accepted(self) -> None:
        """As before Redis 6, which had no users."""
        found = RedisAddress.parse("redis://:secret@db")
        self.assertEqual((found.user, found.password), ("", "secret"))

    def test_sentinels_have_a_service(self) -> None:
        """The sentinels' name of the master."""
        found = RedisAddress.parse(
            "redis+sentinel://u:p@s1,s2:7001/chat/2?sentinel_password=q"
        )
        self.assertEqual(found.hosts, (("s1", 26379), ("s2", 7001)))
        self.assertEqual((found.service, found.db), ("chat", 2))
        self.assertEqual((found.password, found.sentinel_password), ("p", "q"))
        self.assertFalse(found.tls)
        self.assertTrue(RedisAddress.parse("rediss+sentinel://s/chat").tls)
        self.assertEqual(str(found), "chat (sentinels s1:26379,s2:7001)")

    def test_error_never_quotes_a_password(self) -> None:
        """However it is mistyped."""
        for text in (
            "redis:me:secret@host",
            "redis://me:se/cret@host",
            "redis://me:12/secret@host",
            "redis://me:sec?ret@host",
            "redis://me:sec#ret@host",
            "redis://me:sec\u2100ret@host",
        ):
            with self.subTest(text=text):
                error = self.refused(text)
                self.assertIn("write redis://HOST:PORT/DB", error)
                for part in ("secret", "sec", "cret", "ret@"):
                    self.assertNotIn(part, error)

    def test_setting_given_twice_is_refused(self) -> None:
        """So is a fragment: neither could be meant."""
        self.assertIn("given twice", self.refused("redis://host?ca=a&ca=b"))
        self.assertIn("#", self.refused("redis://host/0#x"))

    def test_invalid_address_is_refused_with_one_line(self) -> None:
        """It says what is wrong, and contains no password."""
        for text, words in (
            ("http://db", "must begin with one of"),
            ("redis://", "the host is missing"),
            ("redis://:7000", "the host is missing"),
            ("redis://a,b", "redis+sentinel"),
            ("redis://db:x", "invalid port 'x'"),
            ("redis://db:0", "invalid port '0'"),
            ("redis://[::1", "invalid "),
            ("redis://[::1]x", "invalid "),
            ("redis://db/x", "invalid database number"),
            ("redis://db/1/2", "invalid database number"),
            ("redis+sentinel://s", "SERVICE"),
            ("redis://db?colour=red", "unknown setting 'colour'"),
            ("redis://db?cert=x", "cert and key"),
        ):
            self.assertIn(words, self.refused(text), text)
        line = self.refused("redis://u:secret@db:x/0?sentinel_password=secret")
        self.assertNotIn("secret", line.replace("sentinel_password", ""))
        self.assertIn("write redis://HOST:PORT/DB", line)

    @given(st.text(max_size=30))
    def test_any_text_is_an_address_or_refused(self, text: str) -> None:
        """With a line that is not empty."""
        try:
            RedisAddress.parse("redis://" + text)
        except StoreError as error:
            self.assertNotEqual(str(error), "")
