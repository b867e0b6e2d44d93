r"""``\op``, ``\voice`` and the like."""

from __future__ import annotations

from tests.support.moderation import ModerationCase
from twisted_chat.core.moderation_events import Role


class RoleTests(ModerationCase):
    r"""``\op``, ``\deop``, ``\voice``, ``\devoice``, and who opens a room"""

    def test_room_operator_is_made_and_removed(self) -> None:
        """The room sees it."""
        for typed, shown in (
            (r"\op bob", "alice: made bob a room operator"),
            (r"\deop bob", "alice: removed bob as a room operator"),
            (r"\voice bob", "alice: gave voice to bob"),
            (r"\devoice bob", "alice: removed voice from bob"),
        ):
            self.assert_typed(self.alice, typed, shown)
            self.assert_sees(self.carol, shown)
        self.does(self.alice, r"\op bob")
        self.assert_typed(self.bob, r"\kick carol", "bob: kicked carol")

    def test_last_room_operator_stays_one(self) -> None:
        """It may make another one, and then go; operators may remove it."""
        self.assert_typed(
            self.alice,
            r"\deop alice",
            r"error: you are the last room operator of #tea: \op NAME first",
        )
        self.does(self.alice, r"\op bob")
        shown = "alice: removed alice as a room operator"
        self.assert_typed(self.alice, r"\deop alice", shown)
        self.does(self.oscar, r"\join tea")
        shown = "oscar: removed bob as a room operator"
        self.assert_typed(self.oscar, r"\deop bob", shown)

    def test_account_that_created_a_room_stays_its_operator(self) -> None:
        """Nobody removes it, and it is one room operator, also after it registered."""
        self.does(self.alice, r"\register correct horse")
        self.alice.types(r"\room")
        self.assertIn("room operators: alice", self.alice.sees())
        self.does(self.alice, r"\op bob")
        self.does(self.oscar, r"\join tea")
        for client in (self.alice, self.bob, self.oscar):
            self.assert_typed(
                client,
                r"\deop alice",
                "error: whoever created the room stays its operator",
            )

    def test_what_is_so_already_is_refused(self) -> None:
        """Nothing is shown to the room."""
        for typed, reason in (
            (r"\op alice", "alice is a room operator already"),
            (r"\deop bob", "bob is not a room operator"),
            (r"\devoice bob", "bob has no voice"),
            (r"\op oscar", "oscar is not in #tea"),
        ):
            self.assert_typed(self.alice, typed, f"error: {reason}")
        self.does(self.alice, r"\voice bob")
        self.assert_typed(self.alice, r"\voice bob", "error: bob has a voice already")

    def test_role_follows_a_session(self) -> None:
        """And a rename; not the nickname."""
        self.does(self.alice, r"\nick alicia")
        self.alice.leaves()
        again = self.chat.client(session=self.alice.client.session, rooms=("tea",))
        again.sees()
        self.assert_typed(again, r"\kick bob", "alicia: kicked bob")
        again.leaves()
        other = self.chat.client("alicia", rooms=("tea",))
        other.sees()
        self.assert_typed(
            other, r"\kick carol", r"error: only room operators of #tea may use \kick"
        )

    def test_role_ends_with_a_guest_that_cannot_resume(self) -> None:
        """Nothing of it is listed or stored, and whoever has the name next has none."""
        self.does(self.alice, r"\op bob", r"\voice bob")
        self.does(self.bob, r"\quit")
        self.bob.leaves()
        self.chat.client("bob", rooms=("tea",))
        self.assert_listed("alice")
        stored: list[str] = []

        async def read() -> None:
            stored.extend(await self.chat.journal.values.load("room/tea/"))

        self.chat.spawn(read())
        self.assertEqual([key.split("/")[3] for key in stored], ["op"])
        reason = "error: bob has no voice"
        self.assert_typed(self.alice, r"\devoice bob", reason)

    def test_guest_that_may_resume_is_not_listed_and_can_be_removed(self) -> None:
        """Also while somebody else has its nickname."""
        self.does(self.alice, r"\op bob", r"\voice bob")
        self.bob.leaves()
        self.chat.client("bob", rooms=("tea",))
        self.assert_listed("alice")
        for typed, shown in (
            (r"\deop bob", "alice: removed bob as a room operator"),
            (r"\devoice bob", "alice: removed voice from bob"),
        ):
            self.discard()
            self.assert_typed(self.alice, typed, shown)
        again = self.chat.client(session=self.bob.client.session, rooms=("tea",))
        again.sees()
        self.assert_typed(
            again, r"\kick carol", r"error: only room operators of #tea may use \kick"
        )

    def test_whoever_is_present_is_meant_first(self) -> None:
        """One who had the nickname before keeps its role."""
        self.does(self.alice, r"\voice bob")
        self.bob.leaves()
        other = self.chat.client("bob", rooms=("tea",))
        self.does(self.alice, r"\voice bob")
        shown = "alice: removed voice from bob"
        self.assert_typed(self.alice, r"\devoice bob", shown)
        settings = self.moderation.settings("tea")
        self.assertEqual(list(settings.roles["voice"]), [self.bob.client.id])
        self.assertFalse(settings.has_role(Role.VOICE, other.client.member))

    def assert_listed(self, *operators: str) -> None:
        r"""``\room`` lists these room operators, and no voices."""
        self.discard()
        self.alice.types(r"\room")
        seen = self.alice.sees()
        self.assertIn(f"room operators: {', '.join(operators)}", seen)
        self.assertNotIn("voices", "".join(seen))
