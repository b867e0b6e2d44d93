"""Tests of twisted_chat.core.accounts.accounts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from tests.support.accounts import CHEAP, HERE, PASSWORD, AccountsTestCase
from tests.support.chats import runtime_of
from twisted_chat.core.accounts.accounts import WRONG, Accounts, Peer
from twisted_chat.core.accounts.passwords import SALT_SIZE, Costs
from twisted_chat.core.accounts.policy import Policy
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.accounts.tokens import LIFETIME, digest
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.replies import Refused

OTHER = "another password"


class RegisterTests(AccountsTestCase):
    """Registering a name."""

    def test_registered_account_can_log_in(self) -> None:
        """By its name in any case."""
        account = self.register("Bob")
        for nick in ("Bob", "bob", "BOB"):
            found = self.now(self.accounts.log_in(nick, PASSWORD, HERE))
            self.assertEqual(found, account)

    def test_registered_name_and_one_alike_cannot_be_registered(self) -> None:
        """Whatever the password."""
        self.register()
        for nick in ("bob", "BoB", "b0b"):
            register = self.accounts.register(Name.of(nick), OTHER, HERE)
            text = "bob is registered: \\login bob PASSWORD"
            self.assertEqual(self.refusal(register), text)
        self.assertEqual(self.now(self.accounts.holder(Name.of("b0b").keys)), "bob")

    def test_name_that_is_registered_meanwhile_is_refused(self) -> None:
        """By another client, while the password was hashed."""
        real = self.accounts._hash

        async def hash_late(password: str, peer: Peer) -> object:
            self.patch(self.accounts, "_hash", real)
            self.register(password=OTHER)
            return await real(password, peer)

        one = self.accounts.register(Name.of("bob"), PASSWORD, HERE)
        self.patch(self.accounts, "_hash", hash_late)
        self.assertIn("is registered", self.refusal(one))
        self.now(self.accounts.log_in("bob", OTHER, HERE))

    def test_short_password_is_refused(self) -> None:
        """As the operator has decided."""
        self.accounts.policy = replace(self.accounts.policy, shortest=14)
        register = self.accounts.register(Name.of("bob"), PASSWORD, HERE)
        self.assertIn("at least 14 characters", self.refusal(register))
        self.assertIsNone(self.now(self.accounts.find("bob")))

    def test_operator_that_is_none_any_more_adds_no_account(self) -> None:
        """It was one when the password was hashed."""
        standing = {"operator/@1": "alice"}
        register = self.accounts.register(Name.of("bob"), PASSWORD, HERE, standing)
        self.assertEqual(self.refusal(register), "only operators may do that")
        self.assertIsNone(self.now(self.accounts.find("bob")))
        self.now(self.values.write(standing))
        self.now(self.accounts.register(Name.of("bob"), PASSWORD, HERE, standing))
        register = self.accounts.register(Name.of("b0b"), PASSWORD, HERE, standing)
        self.assertIn("bob is registered", self.refusal(register))

    def test_one_address_cannot_register_any_number_of_names(self) -> None:
        """Another can go on."""
        for n in range(100):
            self.register(f"n{n}x")
        register = self.accounts.register(Name.of("more"), PASSWORD, HERE)
        self.assertIn("too many new accounts", self.refusal(register))
        elsewhere = Peer("elsewhere")
        self.now(self.accounts.register(Name.of("more"), PASSWORD, elsewhere))


class LogInTests(AccountsTestCase):
    """Logging in by name and password."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.register()

    def wrong(self, nick: str = "bob", peer: Peer = HERE, password: str = "no") -> str:
        return self.refusal(self.accounts.log_in(nick, password, peer))

    def test_wrong_name_and_wrong_password_are_refused_alike(self) -> None:
        """Nobody learns which names are registered."""
        self.assertEqual(self.wrong(), WRONG)
        self.assertEqual(self.wrong("alice"), WRONG)
        self.assertEqual(self.wrong("not a name"), WRONG)
        self.assertEqual(self.wrong(password="x\0"), WRONG)

    def test_unknown_name_takes_the_same_work(self) -> None:
        """One hash of the same costs."""
        computed: list[object] = []

        def scrypt(_password: bytes, **costs: object) -> bytes:
            del costs["salt"]
            computed.append(costs)
            return b""

        self.patch(hashlib, "scrypt", scrypt)
        for nick in ("bob", "alice", "not a name"):
            self.wrong(nick)
        self.assertEqual(computed, [computed[0]] * 3)

    def test_after_five_wrong_passwords_the_right_one_is_refused_too(self) -> None:
        """For that name, from wherever."""
        for n in range(5):
            self.assertEqual(self.wrong(peer=Peer(n)), WRONG)
        log_in = self.accounts.log_in("BOB", PASSWORD, Peer("at home"))
        self.assertEqual(self.refusal(log_in), "too many attempts: wait 30 s")
        self.clock.advance(30)
        self.now(self.accounts.log_in("bob", PASSWORD, HERE))

    def test_after_five_wrong_passwords_other_names_are_not_held_up(self) -> None:
        """Nor other addresses; the same address is."""
        self.register("alice")
        for n in range(5):
            self.wrong(f"name{n}")
        log_in = self.accounts.log_in("alice", PASSWORD, HERE)
        self.assertIn("too many attempts", self.refusal(log_in))
        self.now(self.accounts.log_in("alice", PASSWORD, Peer("elsewhere")))

    def test_hash_of_other_costs_is_computed_anew(self) -> None:
        """Once the password is known."""
        costs = Costs(n=4, r=1, p=1, iterations=2)
        runtime = runtime_of(self, self.clock)
        later = Accounts(self.values, runtime, Policy(costs=costs))
        account = self.now(later.log_in("bob", PASSWORD, HERE))
        self.assertEqual(account.hashes.costs, costs)
        self.assertEqual(self.now(later.find("bob")), account)
        self.assertNotEqual(self.bob.hashes.costs, costs)
        self.assertEqual(self.now(later.log_in("bob", PASSWORD, HERE)), account)
        self.assertEqual(CHEAP, self.accounts.policy.costs)


class TokenTests(AccountsTestCase):
    """Logging in by token."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.register()
        self.token = self.now(self.accounts.token_for(self.bob))

    def is_valid(self, token: str) -> bool:
        try:
            self.now(self.accounts.find_token(token))
        except self.failureException:
            return False
        return True

    def test_token_stands_for_its_account(self) -> None:
        """Also while the name is held up by wrong passwords."""
        for _ in range(6):
            self.refusal(self.accounts.log_in("bob", "no", HERE))
        self.assertEqual(self.now(self.accounts.find_token(self.token)), self.bob)

    def test_fresh_token_is_kept_and_an_old_one_renewed(self) -> None:
        """So a device that is used stays logged in."""
        again = self.accounts.token_for(self.bob, self.token)
        self.assertEqual(self.now(again), self.token)
        self.clock.advance(LIFETIME * 0.6)
        renewed = self.now(self.accounts.token_for(self.bob, self.token))
        self.assertNotEqual(renewed, self.token)
        self.clock.advance(LIFETIME * 0.6)
        self.assertFalse(self.is_valid(self.token))
        self.assertTrue(self.is_valid(renewed))

    def test_revoked_token_is_refused(self) -> None:
        """With what to do instead."""
        self.now(self.accounts.revoke(self.bob.id, digest(self.token)))
        text = self.refusal(self.accounts.find_token(self.token))
        self.assertEqual(text, "the login has expired: log in again")

    def test_token_ends_with_the_password(self) -> None:
        """Whoever stole one is out."""
        change = self.accounts.change_password(self.bob, PASSWORD, OTHER, HERE)
        self.now(change)
        self.assertFalse(self.is_valid(self.token))
        self.now(self.accounts.log_in("bob", OTHER, HERE))
        self.assertEqual(
            self.refusal(self.accounts.log_in("bob", PASSWORD, HERE)), WRONG
        )

    def test_token_that_was_issued_meanwhile_ends_too(self) -> None:
        """It is of the former generation of the account."""
        change = self.accounts.change_password(self.bob, PASSWORD, OTHER, HERE)
        self.now(change)
        late = self.now(self.accounts.token_for(self.bob))
        self.assertFalse(self.is_valid(late))

    def test_token_of_a_former_account_of_the_name_is_refused(self) -> None:
        """The name was free, and somebody else has registered it."""
        late = self.accounts.token_for(self.bob)
        self.now(self.accounts.unregister(self.bob, PASSWORD, HERE, self.operators))
        token = self.now(late)
        self.register(password=OTHER)
        self.assertFalse(self.is_valid(token))
        self.assertFalse(self.is_valid(self.token))


class ChangeTests(AccountsTestCase):
    """Changing a password, and removing an account."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.register()

    def change(self, old: str = PASSWORD, new: str = OTHER) -> str:
        return self.refusal(self.accounts.change_password(self.bob, old, new, HERE))

    def current(self) -> Account | None:
        return self.now(self.accounts.find("bob"))

    def test_change_is_refused_with_a_wrong_or_a_short_password(self) -> None:
        """The account stays as it is."""
        self.assertEqual(self.change(old="no"), WRONG)
        self.assertIn("at least 8 characters", self.change(new="short"))
        self.assertEqual(self.current(), self.bob)

    def test_attempts_to_change_the_password_are_limited(self) -> None:
        """As those to log in: it may be someone at an open terminal."""
        for _ in range(5):
            self.change(old="no")
        self.assertIn("too many attempts", self.change())

    def test_hash_and_verifier_change_together(self) -> None:
        """Nobody logs in with the former password by any wire."""
        self.now(self.accounts.change_password(self.bob, PASSWORD, OTHER, HERE))
        account = self.current()
        assert account is not None
        self.assertNotEqual(account.hashes.key, self.bob.hashes.key)
        self.assertNotEqual(account.hashes.stored_key, self.bob.hashes.stored_key)
        self.assertEqual(account.id, self.bob.id)

    def test_unregistered_name_is_free(self) -> None:
        """With the right password only."""
        no = self.accounts.unregister(self.bob, "no", HERE, self.operators)
        self.assertEqual(self.refusal(no), WRONG)
        self.now(self.accounts.unregister(self.bob, PASSWORD, HERE, self.operators))
        self.assertIsNone(self.current())
        again = self.register(password=OTHER)
        self.assertNotEqual(again.id, self.bob.id)

    def test_account_of_the_same_name_cannot_be_changed(self) -> None:
        """By a device that was logged in to the former one."""
        self.now(self.accounts.unregister(self.bob, PASSWORD, HERE, self.operators))
        self.register(password=OTHER)
        self.assertEqual(self.change(old=OTHER, new=PASSWORD), WRONG)
        gone = self.accounts.unregister(self.bob, OTHER, HERE, self.operators)
        self.assertEqual(self.refusal(gone), WRONG)

    def test_change_that_another_device_precedes_is_refused(self) -> None:
        """Neither takes back what the other did."""
        real = self.accounts._hash

        async def hash_late(password: str, peer: Peer) -> object:
            self.patch(self.accounts, "_hash", real)
            change = self.accounts.change_password(
                self.bob, PASSWORD, "the first one", HERE
            )
            await change
            return await real(password, peer)

        self.patch(self.accounts, "_hash", hash_late)
        self.assertIn("try again", self.change())
        self.now(self.accounts.log_in("bob", "the first one", HERE))


class ProofTests(AccountsTestCase):
    """Logging in by a proof instead of the password."""

    def test_valid_proof_logs_in(self) -> None:
        """It is checked with the verifier of the account."""
        bob = self.register()
        attempt = self.now(self.accounts.begin_proof("BOB", HERE))
        self.assertEqual(attempt.hashes, bob.hashes)
        self.assertEqual(self.accounts.end_proof(attempt, valid=True), bob)

    def test_unknown_name_is_refused_like_a_wrong_proof(self) -> None:
        """Whatever the proof, and the hashes look like those of an account."""
        self.register()
        for nick, valid in (("bob", False), ("nobody", True), ("?", True)):
            attempt = self.now(self.accounts.begin_proof(nick, HERE))
            self.assertEqual(len(attempt.hashes.scram_salt), SALT_SIZE)
            self.assertEqual(attempt.hashes.costs, CHEAP)
            error = self.assertRaises(
                Refused, self.accounts.end_proof, attempt, valid=valid
            )
            self.assertEqual(error.text, WRONG)

    def test_wrong_proofs_count_like_wrong_passwords(self) -> None:
        """For both ways to log in."""
        self.register()
        for _ in range(5):
            attempt = self.now(self.accounts.begin_proof("bob", HERE))
            self.assertRaises(Refused, self.accounts.end_proof, attempt, valid=False)
        self.assertIn("too many", self.refusal(self.accounts.begin_proof("bob", HERE)))
        log_in = self.accounts.log_in("bob", PASSWORD, HERE)
        self.assertIn("too many", self.refusal(log_in))


class SharedTests(AccountsTestCase):
    """Several servers count the failed attempts for a name together."""

    def setUp(self) -> None:
        super().setUp()
        self.register()
        self.found: list[float] = []
        self.counted: list[tuple[str, int, float]] = []
        self.accounts._shared = self

    async def ages(self, subject: str) -> list[float]:
        """What the others have counted."""
        self.assertEqual(subject, "bob")
        return self.found

    async def count(self, subject: str, most: int, seconds: float) -> None:
        """The store is not reached any more."""
        self.counted.append((subject, most, seconds))
        raise StoreError("cannot be reached")

    def log_in(self, password: str) -> str:
        return self.refusal(self.accounts.log_in("Bob", password, HERE))

    def test_attempts_on_other_servers_count(self) -> None:
        """For a login by proof as well."""
        self.found = [200.0, 150.0, 100.0, 50.0, 10.0]
        text = "too many attempts: wait 20 s"
        self.assertEqual(self.log_in(PASSWORD), text)
        proof = self.accounts.begin_proof("Bob", HERE)
        self.assertEqual(self.refusal(proof), text)
        self.found = [300.0, *self.found[1:]]
        self.now(self.accounts.log_in("Bob", PASSWORD, HERE))
        self.assertEqual(self.counted, [])

    def test_attempt_that_the_others_do_not_learn_of_counts_here(self) -> None:
        """As if this server were alone."""
        for _ in range(5):
            self.assertEqual(self.log_in(OTHER), WRONG)
        self.assertEqual(self.counted, [("bob", 5, 300.0)] * 5)
        self.assertIn("too many attempts", self.log_in(PASSWORD))
