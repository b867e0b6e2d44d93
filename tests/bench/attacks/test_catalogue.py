"""The attacks, and the bytes that they are made of."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.catalogue import ATTACKS, BY_KEY
from bench.attacks.frames import TEXT, close_reason, frame, head
from bench.attacks.probes import readable
from bench.attacks.victims import VICTIMS
from bench.attacks.wires import WIRES


class CatalogueTests(SynchronousTestCase):
    """Every attack and every server."""

    def test_keys_are_unique(self) -> None:
        """An attack is selected by its key."""
        self.assertEqual(len(BY_KEY), len(ATTACKS))

    def test_each_server_is_attacked_or_has_a_reason(self) -> None:
        """No cell of the table is empty."""
        for attack in ATTACKS:
            self.assertLessEqual(set(attack.ways), set(WIRES), attack.key)
            for victim in VICTIMS:
                attacked = bool(set(attack.ways) & set(victim.wires))
                excused = victim.key in attack.absent
                self.assertTrue(attacked or excused, (attack.key, victim.key))

    def test_this_server_is_spared_nothing(self) -> None:
        """Every attack is made on it."""
        for attack in ATTACKS:
            self.assertNotIn("chat", attack.absent)

    def test_this_server_is_attacked_by_every_protocol(self) -> None:
        """As others are; its plain-text WebSocket is attacked as that of its page."""
        wires = {victim.key: set(victim.wires) for victim in VICTIMS}
        others = set().union(*wires.values()) - wires["chat"]
        self.assertEqual(others, {"websocket"})


class FrameTests(SynchronousTestCase):
    """WebSocket frames of a client."""

    def test_length_has_the_shortest_form(self) -> None:
        """RFC 6455, section 5.2."""
        for length, size in ((0, 6), (125, 6), (126, 8), (65535, 8), (65536, 14)):
            self.assertEqual(len(head(length)), size)
            self.assertEqual(len(frame(bytes(length))), size + length)

    def test_fragments_and_compressed_frames_have_their_bits(self) -> None:
        """FIN and RSV1."""
        self.assertEqual(frame(b"a")[0], 0x81)
        self.assertEqual(frame(b"a", TEXT, fin=False)[0], 0x01)
        self.assertEqual(frame(b"a", TEXT, rsv1=True)[0], 0xC1)

    def test_close_frame_at_the_end_is_read(self) -> None:
        """Its code and its reason."""
        close = b"\x88\x06\x03\xf0slow"
        self.assertEqual(close_reason(b"before" + close), "1008 slow")
        self.assertEqual(close_reason(b"\x88\x02\x03\xe8"), "1000")

    def test_other_bytes_are_no_close_frame(self) -> None:
        """Also where a part of them looks like one."""
        for tail in (
            b"",
            b"\x88",
            b"text",
            b"\x88\x05\x03\xf0sl",
            b"\x88\x02\x03\xe8x",
        ):
            self.assertEqual(close_reason(tail), "")


class ReadableTests(SynchronousTestCase):
    """What a bystander reads."""

    def test_escapes_of_json_are_resolved(self) -> None:
        """They become the character that a terminal would receive."""
        self.assertEqual(readable(rb"a\u001b[2Jb\u202e\n"), "a\x1b[2Jb\u202e\n")

    def test_text_of_other_protocols_is_unchanged(self) -> None:
        """Also a byte that is not UTF-8, and a backslash."""
        self.assertEqual(readable(rb"\help \x"), r"\help \x")
        self.assertEqual(readable(b"\x1b\xc2\x9b"), "\x1b\x9b")
