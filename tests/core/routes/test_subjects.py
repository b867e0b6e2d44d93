"""Whom a ban of a room concerns, as it is typed."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.moderation.masks import host_of
from twisted_chat.core.moderation.moderation import KnownAccount


class SubjectTests(ModerationCase):
    r"""What may follow ``\room ban`` and ``\room except``."""

    def setUp(self) -> None:
        super().setUp()

        async def find_account(name: str) -> KnownAccount | None:
            known = {"dora": KnownAccount("@dora", "dora", False)}
            known["olga"] = KnownAccount("@olga", "olga", True)
            return known.get(name)

        self.moderation.find_account = find_account

    def assert_out(self, nick: str, *, account: str = "", out: bool = True) -> None:
        client = self.chat.client(nick, account=account)
        self.discard()
        client.sees()
        client.types(r"\join tea")
        self.assertEqual("error: you are banned from #tea" in client.sees(), out)
        client.leaves()
        self.discard()

    def test_mask_concerns_everyone_who_is_seen_like_that(self) -> None:
        """In any case; nobody else."""
        self.alice.types(r"\room ban TROLL*")
        line = "alice: banned TROLL*!*@* from #tea"
        self.assert_all_see(line, self.alice, self.bob, self.carol)
        self.assert_out("troll7")
        self.assert_out("Trolley")
        self.assert_out("roll", out=False)
        self.alice.types(r"\room unban troll*!*@*")
        line = "alice: unbanned TROLL*!*@* from #tea"
        self.assert_all_see(line, self.alice, self.bob, self.carol)
        self.assert_out("troll7", out=False)

    def test_host_of_a_mask_is_the_cloak(self) -> None:
        """It is that of an account on every connection."""
        self.does(self.alice, rf"\room ban *@{host_of('@dora')}")
        self.assert_out("eve", account="dora")
        self.assert_out("dana", out=False)

    def test_banned_member_who_is_not_removed_may_not_talk(self) -> None:
        """By a mask; a room operator may."""
        self.does(self.alice, r"\room ban *!*@*")
        banned = "error: you are banned from #tea"
        self.assert_typed(self.bob, "hi", banned)
        self.does(self.alice, r"\room except bob!*@*")
        self.assert_typed(self.bob, "hi", "bob: hi")
        self.discard()
        self.assert_typed(self.alice, "ho", "alice: ho")

    def test_account_is_meant_by_its_sign(self) -> None:
        """Whatever nickname it has."""
        self.does(self.alice, r"\room ban $a:dora")
        self.assert_typed(self.alice, r"\room", *self.settings("banned: $a:dora"))
        self.assert_out("eve", account="dora")
        self.assert_typed(
            self.alice, r"\room ban $a:nobody", "error: there is no account nobody"
        )
        self.assert_typed(
            self.alice, r"\room ban $a:olga", "error: olga is an operator"
        )
        self.alice.types(r"\room unban $a:DORA")
        self.assert_sees(self.alice, "alice: unbanned $a:dora from #tea")
        self.assert_out("eve", account="dora", out=False)

    def test_network_may_be_the_host_of_a_mask(self) -> None:
        """For operators, as it is an address; with wildcards before it."""
        self.does(self.oscar, r"\join tea")
        self.oscar.types(r"\room ban *!*@192.0.2.0/24")
        self.assert_sees(self.alice, "oscar: banned an address from #tea")
        eve = self.connect_from("192.0.2.9", "eve")
        eve.sees()
        self.assert_typed(eve, r"\join tea", "error: you are banned from #tea")
        self.discard()
        self.assert_typed(
            self.alice,
            r"\room ban *!*@192.0.2.0/24",
            "error: only operators ban or except addresses: give a nickname",
        )
        self.assert_typed(
            self.oscar,
            r"\room ban bob!*@192.0.2.0/24",
            "error: a mask with an address begins with *!*@",
        )
        self.assert_typed(
            self.oscar,
            r"\room unban *!*@192.0.2.0/24",
            "oscar: unbanned an address from #tea",
        )

    def test_what_is_like_an_address_is_not_a_name(self) -> None:
        """It is refused, also as the host of a mask: it would concern nobody."""
        self.does(self.oscar, r"\join tea")
        for who in ("1.2.3.4.5", "10.0.0.0/33", "192.168.*", "fe80::1%eth0", "1.2.3"):
            refused = f"error: {who} is not an address or a network: give one such as"
            for route in ("ban", "except", "invite-except"):
                for before in ("", "*!*@"):
                    self.discard()
                    self.oscar.types(rf"\room {route} {before}{who}")
                    (line,) = self.oscar.sees()
                    self.assertTrue(line.startswith(refused), line)
        self.assertFalse(self.chat.chat.moderation.settings("tea").bans)

    def test_whoever_has_a_name_like_an_address_is_meant_by_it(self) -> None:
        """Also by room operators, who cannot ban addresses."""
        for nick in ("192.0.2.7", "1.2.3.4.5"):
            eve = self.chat.client(nick)
            eve.types(r"\join tea")
            self.discard()
            self.alice.types(rf"\room ban {nick}")
            self.assert_sees(self.alice, f"alice: banned {nick} from #tea")
            eve.sees()
            self.assert_typed(eve, r"\join tea", "error: you are banned from #tea")

    def settings(self, *lines: str) -> list[str]:
        """What is shown of an open room of alice, with these lines."""
        return [
            *("#tea", "public", "open to talk", "listed", "topic set by: all"),
            *("room operators: alice", *lines),
        ]
