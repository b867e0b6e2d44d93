r"""The route ``\dm``."""

from __future__ import annotations

from tests.support.account_case import AccountCase
from tests.support.routes import RouteCase
from twisted_chat.core.replies import Request


class DirectMessageTests(RouteCase):
    r"""``\dm NAME TEXT``"""

    def test_sender_and_recipient_see_a_direct_message(self) -> None:
        """Nobody else does."""
        (carol,) = self.chat.people("carol")
        self.alice.sees()
        self.bob.sees()
        self.assert_typed(self.alice, r"\dm bob psst", "alice (private to bob): psst")
        self.assert_sees(self.bob, "alice (private): psst")
        self.assert_sees(carol)

    def test_recipient_may_be_given_in_any_case(self) -> None:
        """The text keeps its white space; ``\\msg`` is an alias."""
        self.assert_typed(self.alice, r"\msg BOB a  b", "alice (private to bob): a  b")
        self.assert_sees(self.bob, "alice (private): a  b")

    def test_indentation_stays_where_the_wire_has_it(self) -> None:
        """Typed, the blanks before the text belong to the route."""
        self.alice.asks(Request("dm", "bob   x = 1", words=("bob", "  x = 1")))
        self.assert_sees(self.bob, "alice (private):   x = 1")
        self.alice.sees()
        self.alice.types(r"\dm bob   x = 1")
        self.assert_sees(self.bob, "alice (private): x = 1")

    def test_direct_message_to_oneself_is_shown_both_ways(self) -> None:
        """As received and as sent."""
        self.assert_typed(
            self.alice,
            r"\dm alice note",
            "alice (private): note",
            "alice (private to alice): note",
        )

    def test_direct_message_without_recipient_or_text_is_refused(self) -> None:
        """With the usage, or with the reason."""
        for line, error in (
            (r"\dm", r"NAME is missing (usage: \dm NAME TEXT)"),
            (r"\dm bob", r"TEXT is missing (usage: \dm NAME TEXT)"),
            (r"\dm zoe hi", r"nobody here is called zoe (try \who)"),
            (r"\dm :: hi", r"nobody here is called :: (try \who)"),
            ("\\dm bob \x07", "the message is empty"),
        ):
            self.assert_typed(self.alice, line, f"error: {error}")
        self.assert_sees(self.bob)

    def test_command_for_a_service_is_refused_with_what_to_type(self) -> None:
        """The habit of IRC: a password in it is neither stored nor shown."""
        password = "correct-horse"
        position = self.chat.chat.pool.position
        for name in ("NickServ", "nickserv", "nickserv@services"):
            self.assert_typed(
                self.alice,
                rf"\msg {name} IDENTIFY {password}",
                r"error: there is no NickServ here: \login NAME PASSWORD,"
                r" or \register PASSWORD",
            )
        refused = r"error: there is no ChanServ here (try \help room)"
        self.assert_typed(self.alice, "/msg chanserv register #tea", refused)
        self.assert_sees(self.bob)
        self.assertEqual(self.chat.chat.pool.position, position)

    def test_sender_sees_that_the_recipient_is_away(self) -> None:
        """With the away text, before the message."""
        self.bob.types(r"\away lunch")
        self.alice.sees()
        self.assert_typed(
            self.alice,
            r"\dm bob psst",
            "bob is away: lunch",
            "alice (private to bob): psst",
        )

    def test_direct_message_that_is_not_stored_is_refused(self) -> None:
        """The recipient does not see it."""
        self.chat.journal.fail()
        self.assert_typed(
            self.alice, r"\dm bob hi", "error: not stored: the disk is full"
        )
        self.assert_sees(self.bob)


class AccountTests(AccountCase):
    """Under the name of an account that has another nickname."""

    def test_sender_sees_that_the_account_is_away(self) -> None:
        self.register()
        self.bob.types(r"\nick robert", r"\away lunch")
        self.alice.sees()
        self.alice.types(r"\dm bob psst")
        self.assertEqual(
            self.alice.sees(),
            ["robert is away: lunch", "alice (private to robert): psst"],
        )
