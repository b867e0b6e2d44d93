"""IRC messages and the lines that they are sent in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.clients.irc.message import (
    MAX_BODY,
    MAX_CLIENT_TAGS,
    MAX_LINE,
    InvalidUtf8,
    LineSplitter,
    Message,
    MessageError,
    NoCommand,
    TooLong,
    format_message,
    format_tags,
    parse,
)

LINE = st.characters(exclude_characters="\0\r\n", codec="utf-8")
WORD = st.text(st.characters(exclude_characters="\0\r\n ", codec="utf-8"), min_size=1)
MIDDLE = WORD.filter(lambda word: not word.startswith(":"))
TAGS = st.dictionaries(
    st.from_regex(r"\A\+?([a-z.]{1,9}/)?[a-zA-Z0-9-]{1,9}\Z"),
    st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    max_size=4,
)


def _is_short(message: Message) -> bool:
    """Whether a client may send the message."""
    line = format_message(message)[:-2]
    tags = len(format_tags(message.tags).encode()) + 2 if message.tags else 0
    return tags <= MAX_CLIENT_TAGS and len(line) - tags <= MAX_BODY


MESSAGES = st.builds(
    lambda command, middle, last, source, tags: Message(
        command, (*middle, *last), source, tags
    ),
    st.from_regex(r"\A([A-Z]{1,12}|[0-9]{3})\Z"),
    st.lists(MIDDLE, max_size=5),
    st.lists(st.text(LINE), max_size=1),
    st.just("") | WORD,
    TAGS,
).filter(_is_short)


def split(data: bytes, size: int) -> list[bytes]:
    """The lines of these bytes, received in segments of that size."""
    splitter = LineSplitter()
    lines = []
    for start in range(0, len(data), size):
        lines += splitter.feed(data[start : start + size])
    return lines


class SplitterTests(unittest.SynchronousTestCase):
    """Bytes become lines."""

    def expect(self, data: bytes, lines: list[bytes]) -> None:
        """The bytes are these lines, as a whole and byte by byte."""
        self.assertEqual(split(data, len(data)), lines)
        self.assertEqual(split(data, 1), lines)

    def test_each_line_end_ends_a_line(self) -> None:
        """CRLF, LF and CR."""
        self.expect(b"a\r\nb\nc\rd\r\n", [b"a", b"b", b"c", b"d"])

    def test_empty_lines_are_ignored(self) -> None:
        """Some clients send them to keep a connection open."""
        self.expect(b"\r\n\n\r\na\r\n\r\n", [b"a"])

    def test_a_line_without_an_end_waits(self) -> None:
        """The rest of it is still to come."""
        splitter = LineSplitter()
        self.assertEqual(splitter.feed(b"PING"), [])
        self.assertEqual(splitter.held, 4)
        self.assertEqual(splitter.feed(b" a\n"), [b"PING a"])
        self.assertEqual(splitter.held, 0)

    def test_a_character_may_be_cut(self) -> None:
        """Segments end anywhere."""
        self.expect("PING grüße\r\n".encode(), ["PING grüße".encode()])

    def test_the_longest_line_is_passed_on(self) -> None:
        """Tags and text of the permitted size."""
        self.expect(b"x" * MAX_LINE + b"\r\ny\n", [b"x" * MAX_LINE, b"y"])

    def test_of_a_longer_line_only_the_beginning_is_passed_on(self) -> None:
        """It takes no memory, and the next line is read."""
        start = b"x" * (MAX_LINE + 1)
        self.expect(b"x" * 3 * MAX_LINE + b"\r\ny\n", [start, b"y"])

    def test_a_line_is_too_long_before_it_ends(self) -> None:
        """A client that never ends its line is answered."""
        splitter = LineSplitter()
        self.assertEqual(len(splitter.feed(b"x" * (MAX_LINE + 1))), 1)
        self.assertEqual(splitter.feed(b"x" * MAX_LINE), [])
        self.assertEqual(splitter.held, 0)

    @given(st.lists(st.binary(max_size=20)), st.integers(1, 30))
    def test_lines_do_not_depend_on_segments(
        self, parts: list[bytes], size: int
    ) -> None:
        """However the network cuts them."""
        data = b"\r\n".join(parts)
        self.assertEqual(split(data, size), split(data, len(data) + 1))


class ParseTests(unittest.SynchronousTestCase):
    """A line becomes a message."""

    def test_command_is_in_upper_case(self) -> None:
        """People type commands as they like."""
        self.assertEqual(parse(b"privmsg #a :hi"), Message("PRIVMSG", ("#a", "hi")))

    def test_last_parameter_may_contain_spaces_and_colons(self) -> None:
        """After a colon, everything is text."""
        self.assertEqual(
            parse(b"TOPIC #a : a :b c "), Message("TOPIC", ("#a", " a :b c "))
        )

    def test_last_parameter_may_be_empty(self) -> None:
        """``TOPIC #a :`` removes the topic."""
        self.assertEqual(parse(b"TOPIC #a :").params, ("#a", ""))

    def test_a_colon_within_a_parameter_is_a_part_of_it(self) -> None:
        """Only one after a space begins a text."""
        self.assertEqual(parse(b"JOIN #a:b").params, ("#a:b",))

    def test_several_spaces_are_one(self) -> None:
        """Also before the command and at the end."""
        self.assertEqual(parse(b"  MODE   #a  +o bob "), parse(b"MODE #a +o bob"))

    def test_more_than_fifteen_parameters_are_read(self) -> None:
        """The length of the line is the only limit."""
        self.assertEqual(len(parse(b"ISON" + b" a" * 100).params), 100)

    def test_source_is_read(self) -> None:
        """A server ignores it."""
        self.assertEqual(parse(b":bob!b@h  QUIT"), Message("QUIT", source="bob!b@h"))

    def test_tags_are_unescaped(self) -> None:
        r"""``\x`` is ``x``, and a backslash at the end is nothing."""
        line = rb"@a=\:\s\\\r\n\x\ :s C"
        self.assertEqual(parse(line).tags, {"a": "; \\\r\nx"})

    def test_tag_without_a_value_has_an_empty_one(self) -> None:
        """Both are the same."""
        self.assertEqual(parse(b"@a;b= C").tags, {"a": "", "b": ""})

    def test_last_of_equal_tags_counts(self) -> None:
        """As the specification says."""
        self.assertEqual(parse(b"@a=1;a=2 C").tags, {"a": "2"})

    def test_client_and_vendor_tags_are_read(self) -> None:
        """With a plus sign, and with a host name."""
        tags = parse("@+example.org/a=ü;+typing=active C".encode()).tags
        self.assertEqual(tags, {"+example.org/a": "ü", "+typing": "active"})

    def test_tags_with_an_invalid_name_are_ignored(self) -> None:
        """They could not be passed on."""
        self.assertEqual(parse("@ü=1;=2;;a_b=3;+=4;c=5 C".encode()).tags, {"c": "5"})

    def test_nul_is_removed(self) -> None:
        """No message may contain it."""
        self.assertEqual(parse(b"@a=\0b PRIV\0MSG a :b\0").tags, {"a": "b"})
        self.assertEqual(parse(b"PRIV\0MSG a :b\0"), parse(b"PRIVMSG a b"))

    def test_a_line_without_a_command_is_an_error(self) -> None:
        """Whatever else it has."""
        for line in (b"", b"  ", b":bob", b":bob  ", b"@a=b", b"@a ", b"!", b"\xff a"):
            self.assertRaises(NoCommand, parse, line)

    def test_a_body_of_510_bytes_is_read_and_one_more_is_too_long(self) -> None:
        """Tags and CRLF are not counted."""
        tags, command = b"@a=b ", b"PRIVMSG #a :"
        text = b"x" * (MAX_BODY - len(command))
        self.assertEqual(parse(tags + command + text).params[1], text.decode())
        error = self.assertRaises(TooLong, parse, tags + command + text + b"x")
        self.assertEqual((error.command, error.tags), ("PRIVMSG", {"a": "b"}))

    def test_tags_of_4096_bytes_are_read_and_one_more_is_too_long(self) -> None:
        """With ``@`` and the space."""
        value = "x" * (MAX_CLIENT_TAGS - len("@+a= "))
        self.assertEqual(parse(f"@+a={value} TAGMSG b".encode()).tags["+a"], value)
        error = self.assertRaises(TooLong, parse, f"@+a={value}x TAGMSG b".encode())
        self.assertEqual(error.command, "TAGMSG")

    def test_a_cut_line_is_too_long(self) -> None:
        """Whatever it consists of, see ``LineSplitter``."""
        for start in (b"PRIVMSG a :", b"@", b":", b" ", b"@a=b ", b"\xff"):
            line = start + b"x" * (MAX_LINE + 1 - len(start))
            self.assertRaises(TooLong, parse, line)

    def test_a_line_that_is_not_utf8_is_an_error(self) -> None:
        """It names the command and has the tags, so that it can be answered."""
        error = self.assertRaises(InvalidUtf8, parse, b"@label=1 privmsg #a :\xff")
        self.assertEqual((error.command, error.tags), ("PRIVMSG", {"label": "1"}))
        error = self.assertRaises(InvalidUtf8, parse, b"@a=\xff PING b")
        self.assertEqual((error.command, error.tags), ("PING", {}))
        error = self.assertRaises(InvalidUtf8, parse, b":\xff PING b")
        self.assertEqual(error.command, "PING")

    @given(st.binary(max_size=100))
    def test_any_line_is_a_message_or_an_error(self, line: bytes) -> None:
        """And what was read can be written."""
        try:
            message = parse(line)
        except MessageError:
            return
        if not any(word in line for word in (b"\r", b"\n")):
            self.assertEqual(parse(format_message(message)[:-2]), message)


class FormatTests(unittest.SynchronousTestCase):
    """A message becomes a line."""

    @given(MESSAGES)
    def test_what_is_written_is_read_again(self, message: Message) -> None:
        """``format_message`` and ``parse`` are inverse."""
        data = format_message(message)
        (line,) = split(data, len(data))
        self.assertEqual(parse(line), message)
        self.assertEqual(split(data, 1), [line])

    def test_all_parts_are_written(self) -> None:
        """Tags, source, command, parameters."""
        message = Message("PRIVMSG", ("#a", "hi"), "bob!b@h", {"b": "; ", "+c": ""})
        self.assertEqual(
            format_message(message), b"@b=\\:\\s;+c :bob!b@h PRIVMSG #a :hi\r\n"
        )

    def test_a_colon_is_written_where_it_is_needed(self) -> None:
        """Before nothing, a space or another colon."""
        for last, written in (("", ":"), ("a b", ":a b"), (":a", "::a"), ("a", "a")):
            message = Message("MODE", ("#a", last))
            self.assertEqual(format_message(message), f"MODE #a {written}\r\n".encode())

    def test_texts_always_have_a_colon(self) -> None:
        """Small clients look for it."""
        for message, written in (
            (Message("QUIT", ("bye",)), b"QUIT :bye"),
            (Message("KICK", ("#a", "bob")), b"KICK #a bob"),
            (Message("KICK", ("#a", "bob", "out")), b"KICK #a bob :out"),
            (Message("353", ("me", "=", "#a", "bob")), b"353 me = #a :bob"),
        ):
            self.assertEqual(format_message(message), written + b"\r\n")

    def test_what_would_be_another_message_is_not_written(self) -> None:
        """Nobody's text can forge a line."""
        for message in (
            Message("A", ("b\r\nQUIT",)),
            Message("A", ("b\0",)),
            Message("A", ("b c", "d")),
            Message("A", ("", "d")),
            Message("A", (":b", "d")),
            Message("A B"),
            Message(""),
            Message(":A"),
            Message("A", source="b c"),
            Message("A", source="b\nQUIT"),
            Message("A", tags={"b c": ""}),
            Message("A", tags={"": "b"}),
            Message("A", tags={"b": "\0"}),
        ):
            self.assertRaises(ValueError, format_message, message)
