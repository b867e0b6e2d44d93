"""Lines for the events of moderation."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import MODERATION
from twisted_chat.clients.moderation_lines import moderation_text
from twisted_chat.core.moderation_events import RoomChanged

LINES = (
    "alice: kicked bob (spam)",
    "alice: muted bob for 10m",
    "alice: unmuted bob",
    "alice: banned bob for 2h (spam)",
    "alice: unbanned bob",
    "alice: banned bob for 2h (spam)",
    None,
    "alice: banned bob from #lobby",
    "alice: unbanned bob from #lobby",
    "alice: excepted bob from the bans of #lobby",
    None,
    None,
    "alice: set the limit of #tea to 5",
    "alice: made bob a room operator",
    r"alice invites you to #tea (\join tea)",
    None,
    None,
)


class LineTests(SynchronousTestCase):
    """What line clients see."""

    def test_every_event_has_its_line(self) -> None:
        """Or none, if nobody is shown it."""
        self.assertEqual(tuple(map(moderation_text, MODERATION)), LINES)  # type: ignore[arg-type]

    def test_setting_of_a_later_version_is_shown_as_a_change(self) -> None:
        """Another server may have stored it."""
        more = RoomChanged(
            *("tea", "al", "private", "1", "A", "operator", 5, 6, "limit=5 quiet=")
        )
        self.assertEqual(
            moderation_text(more),
            "al: made #tea private, set the limit of #tea to 5, made #tea open",
        )
        event = RoomChanged("tea", "al", "colour", "green", "A", "operator", 5, 6)
        self.assertEqual(moderation_text(event), "al: changed #tea")
