"""KICK, INVITE and REDACT."""

from __future__ import annotations

import re

from tests.support.irc_clients import IrcCase, IrcPeer

NO_MESSAGE = "there is no such message in #tea"
NOT_AUTHOR = "only its author or a room operator may delete it"
CAPABILITIES = "message-tags echo-message draft/message-redaction standard-replies"


def without_ids(lines: list[str]) -> list[str]:
    """Lines without the ids of events."""
    return [re.sub(r"\A@msgid=\S+ ", "", line) for line in lines]


class ModerationCommandCase(IrcCase):
    """Alice has created #tea, and bob is in it; dave is in no room."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice", "tea", capabilities=CAPABILITIES)
        self.bob = self.irc("bob", "tea", capabilities=CAPABILITIES)
        self.dave = self.irc("dave")
        self.alice.sees()


class KickTests(ModerationCommandCase):
    """Members are removed from a room."""

    def test_kicked_member_is_out_and_all_are_shown_why(self) -> None:
        """The reason is the nickname of who did it, unless there is another."""
        for sent, reason in (
            ("KICK #tea bob :go away", "go away"),
            ("KICK #tea bob", "alice"),
        ):
            line = f"{self.source(self.alice)} KICK #tea bob :{reason}"
            self.assertEqual(without_ids(self.alice.asks(sent)), [line])
            self.assertEqual(without_ids(self.bob.sees()), [line])
            self.assertEqual(
                self.bob.asks("PRIVMSG #tea :hi"),
                ["404 bob #tea :Cannot send to channel"],
            )
            self.bob.asks("JOIN #tea")
            self.alice.sees()

    def test_several_members_are_kicked_one_by_one(self) -> None:
        """From one room, or each from one."""
        self.dave.asks("JOIN #tea")
        self.alice.sees()
        source = self.source(self.alice)
        self.assertEqual(
            without_ids(self.alice.asks("KICK #tea bob,nobody,dave :bye")),
            [
                f"{source} KICK #tea bob :bye",
                "401 alice nobody :No such nick",
                f"{source} KICK #tea dave :bye",
            ],
        )
        self.bob.asks("JOIN #tea")
        self.alice.sees()
        self.assertEqual(
            without_ids(self.alice.asks("KICK #tea,#x bob,dave")),
            [
                f"{source} KICK #tea bob :alice",
                "403 alice #x :No such channel",
            ],
        )

    def test_refusals(self) -> None:
        """Each has its numeric."""
        for peer, sent, error in (
            (
                self.bob,
                "KICK #tea alice",
                "482 bob #tea :You're not a channel operator",
            ),
            (self.dave, "KICK #tea bob", "442 dave #tea :You're not on that channel"),
            (self.alice, "KICK #x bob", "403 alice #x :No such channel"),
            (
                self.alice,
                *("KICK #tea dave", "441 alice dave #tea :They aren't on that channel"),
            ),
            (self.alice, "KICK #tea", "461 alice KICK :Not enough parameters"),
            (self.alice, "KICK #a,#b bob", "461 alice KICK :Not enough parameters"),
            (
                self.alice,
                *("KICK #tea a,b,c,d,e", "407 alice #tea :Too many recipients"),
            ),
            (
                self.alice,
                *("KICK #tea alice", "FAIL KICK BAD_REQUEST :you cannot kick yourself"),
            ),
        ):
            self.assertEqual(peer.asks(sent), [error])


class InviteTests(ModerationCommandCase):
    """Members are invited to a room."""

    def test_who_is_invited_is_shown_it(self) -> None:
        """The others are not; line clients in their own words."""
        self.assertEqual(self.alice.asks("INVITE dave #tea"), ["341 alice dave #tea"])
        invite = f"{self.source(self.alice)} INVITE dave #tea"
        self.assertEqual(self.dave.sees(), [invite])
        self.assertEqual(self.bob.sees(), [])
        self.alice.asks("INVITE eve #tea")
        self.assertEqual(self.eve.sees(), [r"alice invites you to #tea (\join tea)"])

    def test_room_operators_that_ask_for_it_are_shown_invitations(self) -> None:
        """Others are not, nor twice who invites."""
        self.alice.asks("CAP REQ invite-notify", "MODE #tea +o bob")
        self.bob.asks("INVITE dave #tea")
        invite = f"{self.source(self.bob)} INVITE dave #tea"
        self.assertEqual(self.alice.sees(), [invite])
        self.bob.asks("CAP REQ invite-notify")
        self.assertEqual(self.bob.asks("INVITE eve #tea"), ["341 bob eve #tea"])
        self.alice.asks("MODE #tea -o alice")
        self.bob.asks("INVITE dave #tea")
        self.assertEqual(self.alice.sees(), [])

    def test_invitations_are_listed(self) -> None:
        """Until one is in the room."""
        end = "337 dave :End of /INVITE list"
        self.assertEqual(self.dave.asks("INVITE"), [end])
        self.alice.asks("MODE #tea +i", "INVITE dave #tea")
        self.assertEqual(self.dave.asks("INVITE"), ["336 dave #tea", end])
        self.dave.sends("JOIN #tea")
        self.assertEqual(self.dave.asks("INVITE"), [end])
        few = ["461 dave INVITE :Not enough parameters"]
        self.assertEqual(self.dave.asks("INVITE dave"), few)

    def test_invitation_lets_in(self) -> None:
        """To a private room, and beyond its limit."""
        self.alice.asks("MODE #tea +il 2")
        self.assertEqual(
            self.dave.asks("JOIN #tea"), ["473 dave #tea :Cannot join channel (+i)"]
        )
        self.alice.asks("INVITE dave #tea")
        self.assertIn("366 dave #tea :End of /NAMES list", self.dave.asks("JOIN #tea"))

    def test_refusals(self) -> None:
        """Each has its numeric."""
        self.alice.asks("MODE #tea +i")
        self.bob.sees()
        for peer, sent, error in (
            (self.alice, "INVITE nobody #tea", "401 alice nobody :No such nick"),
            (
                self.alice,
                *("INVITE bob #tea", "443 alice bob #tea :is already on channel"),
            ),
            (
                self.bob,
                *("INVITE dave #tea", "482 bob #tea :You're not a channel operator"),
            ),
            (self.dave, "INVITE eve #tea", "442 dave #tea :You're not on that channel"),
            (self.alice, "INVITE dave #x", "403 alice #x :No such channel"),
            (self.alice, "INVITE dave", "461 alice INVITE :Not enough parameters"),
        ):
            self.assertEqual(peer.asks(sent), [error])


class RedactTests(ModerationCommandCase):
    """Messages are deleted by their id."""

    def says(self, peer: IrcPeer) -> str:
        """Have a client say something; the id of that."""
        (line,) = peer.asks("PRIVMSG #tea :oops")
        self.alice.sees()
        self.bob.sees()
        found = re.match(r"@msgid=(\S+) ", line)
        assert found is not None
        return found[1]

    def test_author_deletes_a_message(self) -> None:
        """Those who know redactions are shown that, with the reason."""
        plain = self.irc("carol", "tea")
        position = self.says(self.bob)
        plain.sees()
        line = f"{self.source(self.bob)} REDACT #tea {position} :wrong room"
        found = self.bob.asks(f"REDACT #tea {position} :wrong room")
        self.assertEqual(without_ids(found), [line])
        self.assertEqual(self.alice.sees(), found)
        self.assertEqual(plain.sees(), [])
        self.assertEqual(self.room.pool.rooms["tea"].history(), ())
        self.assertEqual(
            self.bob.asks(f"REDACT #tea {position}"),
            [f"FAIL REDACT UNKNOWN_MSGID #tea {position} :{NO_MESSAGE}"],
        )

    def test_room_operator_deletes_what_others_said(self) -> None:
        """Nobody else does, and not the other way round."""
        self.eve.types(r"\join tea")
        position = self.says(self.bob)
        self.eve.sees()
        line = f"{self.source(self.alice)} REDACT #tea {position}"
        found = self.alice.asks(f"REDACT #tea {position}")
        self.assertEqual(without_ids(found), [line])
        self.assertEqual(self.bob.sees(), found)
        self.assertEqual(self.eve.sees(), ["alice: deleted a message of bob"])
        position = self.says(self.alice)
        self.assertEqual(
            self.bob.asks(f"REDACT #tea {position}"),
            [f"FAIL REDACT REDACT_FORBIDDEN #tea {position} :{NOT_AUTHOR}"],
        )

    def test_refusals(self) -> None:
        """Each has its code."""
        for sent, error in (
            (
                "REDACT #nowhere x",
                "FAIL REDACT INVALID_TARGET #nowhere :there is no #nowhere",
            ),
            (
                "REDACT #tea x",
                "FAIL REDACT UNKNOWN_MSGID #tea x :there is no such message in #tea",
            ),
            (
                "REDACT bob x",
                "FAIL REDACT INVALID_TARGET bob :direct messages cannot be deleted",
            ),
            ("REDACT #tea", "461 alice REDACT :Not enough parameters"),
        ):
            self.assertEqual(self.alice.asks(sent), [error])

    def test_message_of_an_operator_is_left_to_it(self) -> None:
        """Also by room operators."""
        self.room.log_in(self.bob, "bob")  # type: ignore[arg-type]
        self.room.chat.operators.ids.add("@bob")
        position = self.says(self.bob)
        (refused,) = self.alice.asks(f"REDACT #tea {position}")
        self.assertIn("REDACT_FORBIDDEN", refused)

    def test_correction_is_a_redaction_and_another_message(self) -> None:
        """Without the capability it is a text alone."""
        plain = self.irc("carol", "tea")
        self.eve.types(r"\join tea", "hallo")
        for peer in (self.alice, plain):
            peer.sees()
        position = self.room.pool.rooms["tea"].history()[-1].position
        self.eve.types(r"\edit hello")
        redacted, replaced = self.alice.sees()
        self.assertIn(f"REDACT #tea {position}", redacted)
        self.assertIn(f"+draft/reply={position}", replaced)
        self.assertTrue(replaced.endswith("PRIVMSG #tea :hello"), replaced)
        (line,) = plain.sees()
        self.assertTrue(line.endswith("PRIVMSG #tea :corrected: hello"), line)

    def shown_ids(self) -> tuple[list[str], list[str]]:
        """The ids that Alice is shown: of what is deleted, and of messages."""
        lines = "\n".join(self.alice.sees())
        deleted = re.findall(r"REDACT #tea (\S+)", lines)
        return deleted, re.findall(r"msgid=([^ ;]+).* PRIVMSG", lines)

    def test_correction_is_taken_back_as_well(self) -> None:
        """By the next correction, and when the message is deleted."""
        self.eve.types(r"\join tea", "hallo")
        (position,) = self.shown_ids()[1]
        self.eve.types(r"\edit hello")
        deleted, (first,) = self.shown_ids()
        self.assertEqual(deleted, [position])
        self.eve.types(r"\edit hello!")
        deleted, (second,) = self.shown_ids()
        self.assertEqual(deleted, [position, first])
        self.assertEqual(len({position, first, second}), 3)
        self.eve.types(r"\delete")
        self.assertEqual(self.shown_ids(), ([position, second], []))

    def test_message_is_deleted_by_the_id_of_its_correction(self) -> None:
        """Under which clients were shown it last."""
        self.eve.types(r"\join tea", "hallo", r"\edit hello")
        position, shown = self.shown_ids()[1]
        self.alice.sends(f"REDACT #tea {shown}")
        self.assertEqual(self.shown_ids(), ([position, shown], []))
        self.assertEqual(self.room.pool.rooms["tea"].history(), ())
