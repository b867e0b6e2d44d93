"""JSON fields for the events of moderation."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import MODERATION
from twisted_chat.clients.json_moderation import moderation_fields, setting_object
from twisted_chat.core.moderation_events import Muted, RoomChanged, Unmuted
from twisted_chat.core.replies import SettingList

ABOUT_BOB = {"nick": "bob", "by": "alice"}
SPAM = {"for": "2h", "text": "spam"}

OBJECTS = (
    {"type": "kicked", "room": "lobby", **ABOUT_BOB, "text": "spam"},
    {"type": "muted", "room": "lobby", **ABOUT_BOB, "for": "10m", "text": ""},
    {"type": "unmuted", "room": "lobby", **ABOUT_BOB, "for": None, "text": ""},
    {"type": "banned", "room": None, **ABOUT_BOB, **SPAM},
    {"type": "unbanned", "room": None, **ABOUT_BOB, "for": None, "text": ""},
    {"type": "banned", "room": None, **ABOUT_BOB, **SPAM},
    None,
    {"type": "banned", "room": "lobby", **ABOUT_BOB, "for": None, "text": ""},
    {"type": "unbanned", "room": "lobby", **ABOUT_BOB, "for": None, "text": ""},
    {"type": "room", "room": "lobby", **ABOUT_BOB, "exception": True},
    None,
    None,
    {"type": "room", "room": "tea", "by": "alice", "limit": 5},
    {"type": "room", "room": "lobby", **ABOUT_BOB, "operator": True},
    {
        "type": "notice",
        "text": r"alice invites you to #tea (\join tea)",
        "room": "tea",
        "by": "alice",
    },
    None,
    None,
)


ALL = SettingList(
    "tea",
    "operator",
    True,
    True,
    True,
    True,
    "x",
    5,
    True,
    ("al",),
    ("bo",),
    ("c",),
    ("d",),
    ("e",),
    ("f",),
    True,
)


class ObjectTests(SynchronousTestCase):
    """What JSON clients see."""

    def test_mute_that_holds_everywhere_is_of_no_room(self) -> None:
        """So is its end."""
        for event in MODERATION:
            if isinstance(event, Muted | Unmuted):
                found = moderation_fields(replace(event, everywhere=True))
                self.assertIsNone(found and found["room"])

    def test_every_event_has_its_fields(self) -> None:
        """Or none, if nobody is shown it."""
        self.assertEqual(tuple(map(moderation_fields, MODERATION)), OBJECTS)  # type: ignore[arg-type]

    def test_settings_are_listed(self) -> None:
        """By which right the client may change them; of the key, what it may know."""
        names = {
            "operators": ("al",),
            "voices": ("bo",),
            "banned": ("c",),
            "muted": ("d",),
            "excepted": ("e",),
            "invite_excepted": ("f",),
        }
        switches = {"private": True, "quiet": True, "hidden": True, "outside": True}
        values = {"key": "x", "limit": 5, "topic": "operators", "rank": "operator"}
        wanted = {"type": "room", "room": "tea", "by": None}
        self.assertEqual(setting_object(ALL), {**wanted, **names, **switches, **values})
        shown = setting_object(SettingList("tea", has_key=True))
        self.assertEqual(
            [shown[name] for name in ("rank", "key", "limit", "topic", "banned")],
            [None, True, None, "all", ()],
        )
        self.assertIs(setting_object(SettingList("tea"))["key"], False)

    def test_settings_are_values_and_the_key_is_a_secret(self) -> None:
        """On or off, a number or nothing, a word."""
        for setting, value, shown in (
            ("private", "1", True),
            ("hidden", "", False),
            ("key", "pumpkin", True),
            ("key", "", False),
            ("limit", "", None),
            ("topic", "1", "operators"),
            ("topic", "", "all"),
        ):
            event = RoomChanged("tea", "al", setting, value, "A", "operator", 5, 6)
            fields = moderation_fields(event)
            wanted = {"type": "room", "room": "tea", "by": "al", setting: shown}
            self.assertEqual(fields, wanted)
