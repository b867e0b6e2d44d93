"""Tests of twisted_chat.core.accounts.passwords."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64decode

from twisted.trial.unittest import SynchronousTestCase

from tests.support.accounts import CHEAP
from twisted_chat.core.accounts.passwords import (
    Costs,
    Hashes,
    decoy,
    hashed,
    new_password,
    prepared,
)
from twisted_chat.core.replies import Refused


class HashesTests(SynchronousTestCase):
    """What is stored of a password."""

    def test_only_the_password_matches(self) -> None:
        """And each hash has a salt of its own."""
        one, two = hashed("pencil", CHEAP), hashed("pencil", CHEAP)
        self.assertTrue(one.match("pencil"))
        for wrong in ("Pencil", "pencil ", "", "pencils"):
            self.assertFalse(one.match(wrong))
        self.assertNotEqual(one.key, two.key)
        self.assertNotEqual(one.stored_key, two.stored_key)

    def test_hashes_are_read_as_written(self) -> None:
        """With their costs, and without the password."""
        costs = Costs(n=4, r=2, p=3, iterations=7)
        one = hashed("pencil", costs)
        text = json.dumps(one.to_object())
        self.assertEqual(Hashes.from_object(json.loads(text)), one)
        self.assertNotIn("pencil", text)

    def test_verifier_is_that_of_the_standard(self) -> None:
        """The example of RFC 7677, section 3: its messages prove the stored keys."""
        salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
        self.patch(secrets, "token_bytes", lambda _size: salt)
        one = hashed("pencil", Costs(n=2, r=1, p=1, iterations=4096))
        nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        messages = (
            "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            f"r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            f"c=biws,r={nonce}"
        ).encode()
        proof = b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        signature = hmac.digest(one.stored_key, messages, "sha256")
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        self.assertEqual(hashlib.sha256(client_key).digest(), one.stored_key)
        self.assertEqual(
            hmac.digest(one.server_key, messages, "sha256"),
            b64decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
        )

    def test_decoy_matches_nothing(self) -> None:
        """For the same costs."""
        self.assertFalse(decoy(CHEAP).match(""))
        self.assertEqual(decoy(CHEAP).costs, CHEAP)


class AcceptedPasswordsTests(SynchronousTestCase):
    """Which passwords can be chosen."""

    def refusal(self, password: str) -> str:
        with self.assertRaises(Refused) as caught:
            new_password(password, 8)
        text: str = caught.exception.text
        self.assertNotIn(password, text)
        return text

    def test_password_has_a_shortest_and_a_longest_length(self) -> None:
        """In characters, and in bytes."""
        self.assertIn("at least 8 characters", self.refusal("1234567"))
        self.assertEqual(new_password("12345678", 8), "12345678")
        self.assertEqual(new_password("é" * 512, 8), "é" * 512)
        self.assertIn("at most 1024 bytes", self.refusal("é" * 513))

    def test_blanks_are_part_of_a_password(self) -> None:
        """But for those at its ends, which a line loses."""
        self.assertEqual(new_password("correct  horse", 8), "correct  horse")
        self.assertIn("blank", self.refusal(" correct horse"))
        self.assertIn("blank", self.refusal("correct horse\u3000"))

    def test_same_password_from_another_keyboard_is_the_same(self) -> None:
        """Composed or not, with whatever blank."""
        self.assertEqual(prepared("e\u0301t\u00a0x"), "\u00e9t x")
        self.assertNotEqual(prepared("\uff21"), "A")

    def test_control_characters_are_refused(self) -> None:
        """A line cannot have them."""
        for bad in ("password\n", "pass\0word", "pass\x1bword", "pass\ud83dword"):
            self.assertIn("control", self.refusal(bad))
