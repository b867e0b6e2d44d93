"""Whom a route of moderation concerns."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.moderation import ModerationCase
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.moderation import KnownAccount
from twisted_chat.core.moderation.sanctions import Sanction, Sanctions, name_identities
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.routes.targets import (
    MAX_REASON,
    keys_concerning,
    length,
    length_and_reason,
    member_in_room,
    member_named,
    network_to_ban,
    reason,
    subordinate,
    subordinate_account,
)
from twisted_chat.core.texts.durations import ENDLESS, Duration


class TargetTests(ModerationCase):
    """Names, durations and reasons as they are typed."""

    def setUp(self) -> None:
        super().setUp()
        request = Request("kick", "")
        self.context = CommandContext(self.chat.chat, self.alice.client, request, ())

    def test_members_are_found_by_any_form_of_their_names(self) -> None:
        """In the chat, or in the room."""
        bob = self.bob.client.member
        self.assertIs(member_named(self.context, "BOB"), bob)
        self.assertIs(member_in_room(self.context, "\uff22ob"), bob)
        self.assertRaises(Refused, member_in_room, self.context, "oscar")
        self.assertRaises(Refused, member_named, self.context, "b\x1bob")

    def test_nobody_acts_against_oneself_or_an_operator(self) -> None:
        """Others may be acted against."""
        for client in (self.alice, self.oscar):
            self.assertRaises(
                Refused, subordinate, self.context, client.client.member, "kick"
            )
        bob = self.bob.client.member
        self.assertIs(subordinate(self.context, bob, "kick"), bob)
        own = KnownAccount(self.alice.client.member_id, "alice", is_operator=False)
        olga = KnownAccount("@olga", "olga", is_operator=True)
        for account in (own, olga):
            self.assertRaises(
                Refused, subordinate_account, self.context, account, "ban"
            )
        dora = KnownAccount("@dora", "dora", is_operator=False)
        self.assertIs(subordinate_account(self.context, dora, "ban"), dora)

    def test_duration_is_told_from_the_reason(self) -> None:
        """Either may be left out."""
        for words, found in (
            ("", (ENDLESS, "")),
            ("2h", (Duration("2h", 7200), "")),
            ("2h no  spam ", (Duration("2h", 7200), "no  spam")),
            ("no spam 2h", (ENDLESS, "no spam 2h")),
        ):
            self.assertEqual(length_and_reason(self.context, words), found)

    def test_duration_alone_must_be_one(self) -> None:
        """Where no reason may follow."""
        self.assertEqual(length(""), ENDLESS)
        self.assertEqual(length("7d").text, "7d")
        self.assertRaises(Refused, length, "spam")

    def test_reason_is_sanitized_and_bounded(self) -> None:
        """It is shown to the room."""
        self.assertEqual(reason(self.context, "a\x1b[31mb\tc"), "ab c")
        refused = self.assertRaises(
            Refused, reason, self.context, "x" * (MAX_REASON + 1)
        )
        self.assertEqual(refused.code, "too_long")

    def test_networks_are_told_from_names(self) -> None:
        """A nickname may consist of digits."""
        for text, network in (("192.0.2.7", "192.0.2.7/32"), ("1234", "None")):
            found = self.successResultOf(
                Deferred.fromCoroutine(network_to_ban(self.context, text))
            )
            self.assertEqual(str(found), network)

    def test_sanctions_are_found_by_who_has_the_name_or_had_it(self) -> None:
        """Or by the network, however it is written."""
        found = Sanctions()
        bob = Sanction("bob", "x", identities=("B", *name_identities("bob")))
        found.apply("=bob", bob.to_json())
        found.apply("=bob+C", "0")
        net = Sanction("10.0.0.0/8", "x", networks=("10.0.0.0/8",))
        found.apply("10.0.0.0_8", net.to_json())
        keys = ["=bob", "=bob+C"]
        self.assertEqual(keys_concerning(found, "BOB", ()), keys)
        self.assertEqual(keys_concerning(found, "rob", ("C",)), keys)
        self.assertEqual(keys_concerning(found, "rob", ()), [])
        self.assertEqual(keys_concerning(found, "10.1.2.3/8", ()), ["10.0.0.0_8"])
