r"""The routes ``\ignore`` and ``\unignore``."""

from __future__ import annotations

from tests.support.routes import RouteCase
from twisted_chat.core.limits import MAX_IGNORED


class IgnoreTests(RouteCase):
    r"""``\ignore [NAME]`` and ``\unignore NAME``"""

    def test_ignored_member_is_not_shown(self) -> None:
        """Neither its messages and actions nor its direct messages."""
        self.assert_typed(
            self.alice, r"\ignore Bob", r"you now ignore bob (\unignore bob ends it)"
        )
        self.bob.types("hi", r"\me waves", r"\dm alice psst")
        self.assert_sees(
            self.bob, "bob: hi", "* bob waves", "bob (private to alice): psst"
        )
        self.assert_sees(self.alice)

    def test_ignored_members_are_listed(self) -> None:
        """By nickname."""
        self.assert_typed(self.alice, r"\ignore", "you ignore: nobody")
        self.alice.types(r"\ignore Bob")
        self.alice.sees()
        self.assert_typed(self.alice, r"\ignore", "you ignore: bob")

    def test_member_is_shown_again_after_unignore(self) -> None:
        """The nickname may be given in any case."""
        self.alice.types(r"\ignore bob")
        self.alice.sees()
        self.assert_typed(self.alice, r"\unignore BOB", "you no longer ignore bob")
        self.bob.types("hi")
        self.assert_sees(self.alice, "bob: hi")

    def test_renamed_member_is_still_ignored(self) -> None:
        """Unignore takes its present nickname, too."""
        self.alice.types(r"\ignore bob")
        self.alice.sees()
        self.bob.types(r"\nick rob", "hi")
        self.assert_sees(self.alice, "bob: is now known as rob")
        self.assert_typed(self.alice, r"\unignore rob", "you no longer ignore bob")
        self.bob.types("hi")
        self.assert_sees(self.alice, "rob: hi")

    def test_member_that_reconnects_is_still_ignored(self) -> None:
        """Under the same nickname."""
        self.alice.types(r"\ignore bob")
        self.bob.leaves()
        (bob,) = self.chat.people("bob")
        self.alice.sees()
        bob.types("hi", r"\dm alice psst")
        self.assert_sees(self.alice)
        self.assert_typed(self.alice, r"\unignore bob", "you no longer ignore bob")

    def test_ignored_member_that_reconnects_is_ignored_under_a_new_name(self) -> None:
        """The ignore follows it; the next owner of its name is shown."""
        self.alice.types(r"\ignore bob")
        self.bob.leaves()
        (bob,) = self.chat.people("bob")
        bob.types(r"\nick rob")
        self.alice.sees()
        bob.types("hi", r"\dm alice hi", r"\me waves")
        self.assert_sees(self.alice)
        (other,) = self.chat.people("bob")
        other.types("I am another")
        self.assertEqual(self.alice.sees()[-1], "bob: I am another")

    def test_guest_that_takes_its_ignored_nickname_again_is_ignored(self) -> None:
        """And stays so under the next one."""
        self.alice.types(r"\ignore bob")
        self.bob.leaves()
        (guest,) = self.chat.people("guest")
        guest.types(r"\nick bob", "hi", r"\nick rob")
        self.alice.sees()
        guest.types("hi again")
        self.assert_sees(self.alice)

    def test_second_ignore_changes_nothing(self) -> None:
        """What was sent under former nicknames stays hidden."""
        self.bob.types("tea")
        self.alice.types(r"\ignore bob")
        self.bob.types(r"\nick rob")
        self.alice.types(r"\ignore rob")
        self.alice.sees()
        self.assert_typed(self.alice, r"\search tea", "found (0): tea")
        self.assert_typed(self.alice, r"\ignore", "you ignore: bob")

    def test_ignored_member_is_not_shown_in_the_history(self) -> None:
        """Nor in a search; a page of them alone is passed over."""
        self.carol_says("first")
        self.bob.types(*["bob's tea"] * 4)
        self.alice.types(r"\ignore bob")
        self.alice.sees()
        self.assert_typed(self.alice, r"\history 2", "carol: first")
        self.assert_typed(self.alice, r"\search tea", "found (0): tea")

    def carol_says(self, text: str) -> None:
        (carol,) = self.chat.people("carol")
        carol.types(text)
        carol.leaves()

    def test_nobody_else_can_be_ignored(self) -> None:
        """Neither oneself nor someone who is not present."""
        for line, error in (
            (r"\ignore zoe", r"nobody here is called zoe (try \who)"),
            (r"\ignore alice", "you cannot ignore yourself"),
            (r"\ignore a b", r"a nickname has no spaces (usage: \ignore [NAME])"),
        ):
            self.assert_typed(self.alice, line, f"error: {error}")

    def test_unignore_of_a_member_that_is_not_ignored_is_refused(self) -> None:
        """Whether it is present or not."""
        for line, error in (
            (r"\unignore bob", r"you do not ignore bob (\ignore lists them)"),
            (r"\unignore zoe", r"you do not ignore zoe (\ignore lists them)"),
            (r"\unignore ::", r"you do not ignore :: (\ignore lists them)"),
            (r"\unignore", r"NAME is missing (usage: \unignore NAME)"),
        ):
            self.assert_typed(self.alice, line, f"error: {error}")

    def test_number_of_ignored_members_is_bounded(self) -> None:
        """The error gives the bound and the route that helps."""
        nicks = [f"p{n}" for n in range(MAX_IGNORED)]
        self.chat.people(*nicks)
        self.alice.types(*(rf"\ignore {nick}" for nick in nicks))
        self.alice.sees()
        self.assert_typed(
            self.alice,
            r"\ignore bob",
            r"error: you already ignore 100 people: \unignore one first",
        )
