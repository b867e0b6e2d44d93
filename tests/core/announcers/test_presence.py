"""Members with several clients: the devices of one account."""

from __future__ import annotations

from tests.support.codecs import EventReplyCodec, NoEchoCodec, QuietCodec, wire_with
from tests.support.json_chat import frame_objects
from tests.support.members import MembersCase
from twisted_chat.clients.json import JsonCodec
from twisted_chat.core.accounts.absences import Openings
from twisted_chat.core.limits import MAX_ROOMS
from twisted_chat.testing import FakeWire, line_wire


class LoginTests(MembersCase):
    """A guest becomes the member of its account, or one more of its clients."""

    def test_first_client_is_renamed(self) -> None:
        """Everyone in its rooms sees so, the client too."""
        eve = self.chat.client()
        guest = eve.nick
        self.discard()
        eve.sees()
        self.chat.log_in(eve, "eve")
        line = [f"{guest}: is now known as eve"]
        self.assertEqual([*self.seen(), eve.sees()], [line] * 4)

    def test_one_more_client_has_left_as_a_guest(self) -> None:
        """It is not shown that itself, and nobody joins a second time."""
        tablet = self.chat.client()
        guest = tablet.nick
        self.discard()
        tablet.sees()
        self.chat.log_in(tablet, "bob")
        self.assertEqual(self.seen(), [[f"{guest}: left the chat"]] * 3)
        self.assertEqual(tablet.sees(), [])
        self.assertEqual(tablet.nick, "bob")
        self.assertEqual(self.who(), ["alice", "bob"])

    def test_same_nickname_changes_nothing_that_is_shown(self) -> None:
        """As after a registration."""
        (eve,) = self.chat.people("eve")
        self.discard()
        self.chat.log_in(eve, "eve")
        self.assertEqual([*self.seen(), eve.sees()], [[]] * 4)
        self.assertEqual(eve.client.account, "eve")
        self.chat.log_out(eve)
        self.assertEqual(self.chat.client("eve").nick, "eve")

    def test_client_that_keeps_lists_is_shown_what_it_was(self) -> None:
        """One that is shown its own events: the rooms it left, and its new name."""
        tablet = self.chat.client(wire=wire_with(EventReplyCodec()), rooms=("soup",))
        guest = tablet.nick
        tablet.sees()
        self.chat.log_in(tablet, "bob")
        seen = tablet.sees()
        self.assertEqual(seen[0], f"[#soup] {guest}: left the chat")
        self.assertEqual(seen[1], f"{guest}: is now known as bob")

    def test_nickname_of_the_guest_is_free(self) -> None:
        """So is that of the account, when it is logged out."""
        (eve,) = self.chat.people("eve")
        self.chat.log_in(eve, "adam")
        self.assertEqual(self.chat.client("eve").nick, "eve")
        self.chat.log_out(eve)
        self.assertEqual(self.chat.client("adam").nick, "adam")

    def test_client_is_shown_the_rooms_that_it_was_not_in(self) -> None:
        """It is in those of the member, and talks in the same one."""
        self.laptop.types(r"\join tea", r"\topic Earl Grey", "milk?")
        tablet = self.chat.client(rooms=("lobby", "soup"))
        tablet.sees()
        self.chat.log_in(tablet, "bob")
        self.assertEqual(
            tablet.sees(),
            [
                "topic of #tea: Earl Grey",
                "[#tea] bob: milk?",
                "now talking in #tea",
            ],
        )
        self.assertEqual(tablet.client.rooms, ("lobby", "tea"))
        self.assertNotIn("soup", self.chat.pool.rooms)
        tablet.types("yes")
        self.assertEqual(self.phone.sees()[-1], "bob: yes")


class LogoutTests(MembersCase):
    """A client goes on as a guest."""

    def test_member_stays_if_it_has_other_clients(self) -> None:
        """The guest joins, in the same rooms."""
        self.laptop.types(r"\join tea")
        self.discard()
        self.chat.log_out(self.phone)
        guest = self.phone.nick
        lobby, tea = f"{guest}: joined the chat", f"{guest}: joined the chat"
        self.assertEqual(self.alice.sees(), [lobby])
        self.assertEqual(self.laptop.sees(), [f"[#lobby] {lobby}", tea])
        self.assertEqual(self.who(), ["alice", "bob", guest])
        self.phone.types("hi")
        self.assertEqual(self.laptop.sees(), [f"{guest}: hi"])

    def test_last_client_is_renamed(self) -> None:
        """The account has no member any more."""
        self.phone.leaves()
        self.discard()
        self.chat.log_out(self.laptop)
        guest = self.laptop.nick
        self.assertEqual(self.alice.sees(), [f"bob: is now known as {guest}"])
        self.assertIsNone(self.chat.pool.member("@bob"))
        self.assertEqual(
            self.chat.pool.member(self.laptop.client.id), self.laptop.client.member
        )


class DeviceTests(MembersCase):
    """What one device does, it does for all."""

    def test_every_device_sees_what_each_says_once(self) -> None:
        """And so do the others."""
        self.laptop.types("from the laptop")
        self.phone.types(r"\me waves")
        lines = ["bob: from the laptop", "* bob waves"]
        self.assertEqual(self.seen(), [lines] * 3)

    def test_device_without_echo_sees_what_the_others_say(self) -> None:
        """It does not see its own messages."""
        quiet = self.device(wire_with(NoEchoCodec()))
        quiet.sees()
        quiet.types("one", r"\dm alice two")
        self.assertEqual(quiet.sees(), [])
        self.laptop.types("three", r"\dm alice four")
        self.assertEqual(quiet.sees(), ["bob: three", "bob (private to alice): four"])

    def test_messages_name_the_account(self) -> None:
        """Whatever the nickname is."""
        wire = FakeWire(JsonCodec(), line_wire().decode, frame_objects)
        eve = self.chat.client("eve", wire=wire)
        eve.sees()
        self.laptop.types(r"\nick robert", "hi", r"\dm eve psst")
        _, said, direct = eve.sees()
        self.assertEqual((said["from"], said["account"]), ("robert", "bob"))
        self.assertEqual((direct["from"], direct["account"]), ("robert", "bob"))

    def test_direct_messages_reach_all_devices_of_both(self) -> None:
        """Also one to oneself."""
        self.phone.types(r"\dm alice hi")
        self.alice.types(r"\dm bob hello")
        seen = ["bob (private to alice): hi", "alice (private): hello"]
        self.assertEqual(self.laptop.sees(), seen)
        self.assertEqual(self.phone.sees(), seen)
        self.phone.types(r"\dm bob note")
        note = ["bob (private): note", "bob (private to bob): note"]
        self.assertEqual(self.laptop.sees(), note)
        self.assertEqual(self.phone.sees(), note)

    def test_every_device_is_in_a_room_that_one_joins(self) -> None:
        """And is shown what it is shown."""
        self.alice.types(r"\join tea", r"\topic Earl Grey")
        self.discard()
        self.laptop.types(r"\join tea")
        seen = [
            "topic of #tea: Earl Grey",
            "bob: joined the chat",
            "now talking in #tea",
        ]
        self.assertEqual(self.seen(), [seen[1:2], seen, seen])

    def test_device_whose_codec_hides_its_arrival_does_not_see_it(self) -> None:
        """The list of members has its name already."""
        quiet = self.device(wire_with(QuietCodec()))
        self.laptop.types(r"\join tea")
        self.assertNotIn("bob: joined the chat", quiet.sees())

    def test_every_device_leaves_a_room_that_one_leaves(self) -> None:
        """It is shown so once."""
        self.laptop.types(r"\join tea")
        self.discard()
        self.phone.types(r"\leave")
        seen = ["[#tea] bob: left the chat", "now talking in #lobby"]
        self.assertEqual(self.seen(), [[], seen, seen])

    def test_every_device_talks_in_the_room_that_one_switches_to(self) -> None:
        """Nobody else is shown that."""
        self.laptop.types(r"\join tea")
        self.discard()
        self.phone.types(r"\join lobby")
        seen = ["now talking in #lobby"]
        self.assertEqual(self.seen(), [[], seen, seen])
        self.laptop.types("hi")
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_two_devices_may_join_one_room_at_once(self) -> None:
        """The member joins it once, and the room is discarded with it."""
        with self.chat.together():
            self.laptop.types(r"\join tea")
            self.phone.types(r"\join tea")
        for device in (self.laptop, self.phone):
            self.assertEqual(device.sees().count("bob: joined the chat"), 1)
        self.phone.types(r"\leave tea")
        self.assertNotIn("tea", self.chat.pool.rooms)

    def test_two_devices_may_leave_one_room_at_once(self) -> None:
        """It is shown once."""
        with self.chat.together():
            self.laptop.types(r"\leave")
            self.phone.types(r"\leave")
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])

    def test_nickname_and_away_are_those_of_the_member(self) -> None:
        """Whichever device changes them."""
        self.laptop.types(r"\nick robert")
        self.phone.types(r"\away lunch")
        lines = ["bob: is now known as robert", "robert: is away (lunch)"]
        self.assertEqual(self.seen(), [lines] * 3)
        self.laptop.types(r"\away")
        self.assertEqual(self.alice.sees(), ["robert: is back"])

    def test_nicknames_that_two_devices_take_at_once_are_shown_in_order(self) -> None:
        """The one that is not kept is free again."""
        with self.chat.together():
            self.laptop.types(r"\nick robert")
            self.phone.types(r"\nick bobby")
        lines = ["bob: is now known as robert", "robert: is now known as bobby"]
        self.assertEqual(self.seen(), [lines] * 3)
        for free in ("bob", "robert"):
            self.assertEqual(self.chat.client(free).nick, free)
        self.assertNotEqual(self.chat.client("bobby").nick, "bobby")

    def test_what_was_on_its_way_is_shown_under_the_new_nickname(self) -> None:
        """The former one may be somebody else's by then."""
        with self.chat.together():
            self.laptop.types(r"\nick robert")
            self.phone.types("hi", r"\me waves", r"\dm alice psst", r"\topic x")
        self.assertEqual(
            self.alice.sees()[1:],
            [
                "robert: hi",
                "* robert waves",
                "robert (private): psst",
                "robert: set the topic to: x",
            ],
        )
        eve = self.chat.client("eve")
        self.assertIn("robert: hi", eve.sees())

    def test_whom_one_device_ignores_all_ignore(self) -> None:
        """Until any of them ends that."""
        self.laptop.types(r"\ignore alice")
        self.phone.types(r"\ignore")
        self.assertEqual(self.phone.sees(), ["you ignore: alice"])
        self.alice.types("spam", r"\dm bob spam")
        tablet = self.device()
        tablet.sees()
        self.alice.types("more")
        for device in (self.laptop, self.phone, tablet):
            self.assertNotIn("spam", "".join(device.sees()))
        self.phone.types(r"\unignore alice")
        self.alice.types("hi")
        for device in (self.laptop, tablet):
            self.assertEqual(device.sees(), ["alice: hi"])

    def test_ignored_person_is_ignored_as_account_and_as_guest(self) -> None:
        """Through a login, a rename and a logout."""
        (pest,) = self.chat.people("pest")
        self.alice.types(r"\ignore pest")
        self.chat.log_in(pest, "nice")
        pest.types(r"\nick nicer", "spam")
        other = self.chat.client(account="nice")
        other.types("spam")
        self.chat.log_out(other)
        other.types("spam")
        self.assertNotIn("spam", "".join(self.alice.sees()))
        self.alice.types(r"\unignore pest")
        other.types("hi")
        self.assertEqual(self.alice.sees()[-1], f"{other.nick}: hi")

    def test_login_of_a_further_device_is_logged(self) -> None:
        """The first one is renamed."""
        guest = self.chat.client("guest")
        del self.chat.log[:]
        self.chat.log_in(guest, "bob")
        self.assertEqual(self.chat.log, ["guest logged in as bob"])

    def test_rooms_are_counted_for_the_member(self) -> None:
        """However many devices join them."""
        for number in range(MAX_ROOMS - 1):
            device = (self.laptop, self.phone)[number % 2]
            device.types(rf"\join room{number}")
        self.laptop.types(r"\join onemore")
        self.assertIn("error: you are already in", self.laptop.sees()[-1])


class DepartureTests(MembersCase):
    """A member is present while any of its clients is."""

    def test_member_leaves_with_its_last_client(self) -> None:
        """However each leaves."""
        self.laptop.leaves()
        self.assertEqual(self.alice.sees(), [])
        self.phone.types("still here")
        self.assertEqual(self.alice.sees(), ["bob: still here"])
        self.phone.types(r"\quit")
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])
        self.assertEqual(self.who(), ["alice"])

    def test_clients_that_leave_together_are_shown_to_leave_once(self) -> None:
        """In one batch."""
        with self.chat.together():
            self.laptop.leaves()
            self.phone.leaves()
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])

    def test_nickname_is_free_once_the_last_client_is_gone(self) -> None:
        """Not before."""
        self.laptop.leaves()
        self.assertNotEqual(self.chat.client("bob").nick, "bob")
        self.phone.leaves()
        self.assertEqual(self.chat.client("bob").nick, "bob")

    def test_connection_that_hangs_keeps_nobody_out(self) -> None:
        """It is one of the member's clients until it is given up."""
        self.laptop.connection.lost = True
        tablet = self.device()
        tablet.types("hi")
        self.assertEqual(self.alice.sees()[-1], "bob: hi")
        self.laptop.leaves()
        self.assertEqual(self.alice.sees(), [])

    def test_rooms_of_a_member_that_leaves_are_passed_on(self) -> None:
        """Once, with its last client."""
        kept: list[tuple[str, Openings]] = []

        def departed(member_id: str, rooms: Openings, _position: str) -> None:
            kept.append((member_id, rooms))

        self.patch(self.chat.chat.account_logins, "departed", departed)
        self.laptop.types(r"\join tea")
        self.laptop.leaves()
        self.alice.leaves()
        self.assertEqual(kept, [])
        self.phone.leaves()
        ((member_id, rooms),) = kept
        self.assertEqual((member_id, [*rooms]), ("@bob", ["lobby", "tea"]))
