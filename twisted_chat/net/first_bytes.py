"""Detection of a connection's protocol by its first bytes.

Invariants: pure functions of what was received so far; each looks at no more than it
needs.  A further protocol is one more function here and one more ``Detector``.
"""

from __future__ import annotations

import re
from enum import Enum

MAX_FIRST_BYTES = 4096
"""Bytes after which the protocol has to be known: the longest line of the line chat."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_ADDRESS = rb"(?:/|\*|https?://)"
# After one of these, a line that ends in an HTTP version is a request, whatever its
# address looks like.
_METHOD = rb"(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)"
_START = re.compile(
    rb"(?:" + _METHOD + rb"[ \t]|" + _TOKEN + rb"[ \t]+" + _ADDRESS + rb")[^\r\n]*"
)
_START_OF_START = re.compile(
    _TOKEN + rb"(?:[ \t]+(h|ht|htt|https?|https?:|https?:/)?)?\Z"
)
_WELL_FORMED = re.compile(
    rb"(?:CONNECT |" + _TOKEN + rb" " + _ADDRESS + rb")[^ \t]*"
    rb"(?: (H|HT|HTT|HTTP|HTTP/)?)?\Z"
)
_VERSION_END = re.compile(rb"[ \t]HTTP/\d[\d.]*[ \t]*\Z", re.IGNORECASE)


class Match(Enum):
    """Whether the bytes received so far belong to a protocol."""

    NO = "no"
    MORE = "not known yet; no, if nothing follows soon"
    LIKELY = "almost certainly, but more has to follow, perhaps slowly"
    YES = "yes"


def http_request(first: bytes) -> Match:
    """An HTTP request line (RFC 9112, section 3), well-formed or not.

    A page can make a browser send any method, and a program that forgets to quote
    an address sends spaces in it; but the line always ends in the HTTP version.  So
    ``GET well soon`` is a chat message, as is any whole line without a version.
    Empty lines before it are ignored.
    """
    first = first.lstrip(b"\r\n")
    start = _START.match(first)
    if start is None:
        return Match.MORE if not first or _START_OF_START.match(first) else Match.NO
    line = start[0]
    versioned = ends_in_http_version(line)
    if len(line) < len(first):
        return Match.YES if versioned else Match.NO
    return Match.LIKELY if versioned or _WELL_FORMED.match(line) else Match.MORE


def ends_in_http_version(line: bytes) -> bool:
    """Whether a line, without its line ending, ends as a request line does."""
    return _VERSION_END.search(line) is not None


def tls_hello(first: bytes) -> Match:
    """A TLS handshake record (RFC 8446, section 5.1)."""
    return _prefix(b"\x16\x03", first)


def ssh_banner(first: bytes) -> Match:
    """An SSH identification string (RFC 4253, section 4.2)."""
    return _prefix(b"SSH-", first)


_IRC = re.compile(
    rb"(?:CAP|NICK|USER) +[^\s][^\r\n]*\r?\n"
    rb"|(?:PASS|AUTHENTICATE|QUIT|PING|JOIN) +[^\s][^\r\n]*\r\n"
)
_IRC_START = re.compile(
    rb"(?:CAP|NICK|USER|PASS|AUTHENTICATE|QUIT|PING|JOIN) [^\r\n]*\r?\Z"
)
_IRC_COMMANDS = (
    b"CAP ",
    b"NICK ",
    b"USER ",
    b"PASS ",
    b"AUTHENTICATE ",
    b"QUIT ",
    b"PING ",
    b"JOIN ",
)


def irc_client(first: bytes) -> Match:
    """A command of IRC with a parameter, in upper case (RFC 2812, section 3.1).

    Of those that a person may well type, the line must end in CRLF, as a client ends
    it.  Empty lines before it are ignored.
    """
    first = first.lstrip(b"\r\n")
    if _IRC.match(first):
        return Match.YES
    if _IRC_START.match(first) or any(each.startswith(first) for each in _IRC_COMMANDS):
        return Match.MORE
    return Match.NO


FOREIGN = (
    # The PROXY protocol, from a proxy that is not trusted.
    ("PROXY", rb"PROXY (?:TCP[46]|UNKNOWN)|\r\n\r\n\0\r\nQUIT\n"),
    (
        "SMTP",
        (
            rb"(?i:EHLO|LHLO) |HELO [\w.:\[\]-]+\r?\n|(?i:MAIL FROM|RCPT TO):"
            rb"|(?:STARTTLS|QUIT)\r?\n"
        ),
    ),
    ("FTP", rb"(?:FEAT|SYST|PASV|EPSV|AUTH (?:TLS|SSL)|OPTS UTF8 ON)\r?\n"),
    ("POP3", rb"(?:CAPA|STLS|APOP \S+ \S+)\r?\n"),
    (
        "IMAP",
        (
            rb"(?:[A-Za-z]*\.?\d+|[A-Za-z.]) "
            rb"(?:(?:CAPABILITY|STARTTLS|NOOP|LOGOUT)\r?\n"
            rb"|(?:LOGIN|AUTHENTICATE|ID) [^\r\n]+\r?\n)"
        ),
    ),
    # It has no version; ``GET well soon`` is a message.
    ("HTTP/0.9", rb"GET /[^\s]*\r?\n"),
    ("NNTP", rb"(?:MODE READER|CAPABILITIES)\r?\n"),
    ("Redis", rb"\*\d+\r\n|AUTH \S+(?: \S+)?\r\n"),
    (
        "memcached",
        rb"(?:set|add|replace|append|prepend|cas) \S+ \d+ -?\d+ \d+[^\r\n]*\r\n",
    ),
    ("RDP", rb"\x03\0"),
    ("SIP", rb"[A-Z]+ sips?:\S"),
    ("RTSP", rb"[A-Z_]+ (?:rtsp[su]?://|\* RTSP/\d)"),
    ("ICAP", rb"[A-Z]+ icap://"),
    (
        "JSON-RPC",
        (
            rb'(?:\[\s*)?\{\s*"(?:jsonrpc|method|params)"\s*:|\[?\{[^\r\n]*"(?:jsonrpc|method)"\s*:'
            rb"|Content-Length: \d+\r\n"
        ),
    ),
    ("adb", rb"CNXN"),
    ("NATS", rb"CONNECT \{"),
    ("STOMP", rb"(?:CONNECT|STOMP)\r?\n[a-z-]+:"),
    ("XMPP", rb"<\?xml |<stream:stream "),
    ("Flash", rb"<policy-file-request/>"),
    ("git", rb"[0-9a-f]{4}git-(?:upload|receive)-pack "),
    ("Subversion", rb"\( \d \( "),
    ("rsync", rb"@RSYNCD: "),
    ("VNC", rb"RFB \d{3}\.\d{3}"),
    ("BitTorrent", rb"\x13BitTorrent protocol"),
    ("T3", rb"t3s? \d+\.\d+"),
    ("JDWP", rb"JDWP-Handshake"),
    ("syslog", rb"(?:\d+ )?<\d{1,3}>(?:\d+ \d{4}-|[A-Z][a-z]{2} [ \d]\d )"),
    ("FIX", rb"8=FIX"),
    ("SOCKS", rb"\x05[\x01-\x08]|\x04[\x01\x02]"),
    ("LDAP", rb"0[\x05-\x84][^\r\n]{0,4}\x02\x01"),
    ("PostgreSQL", rb"\0\0[\s\S]{2}(?:\0\x03\0\0|\x04\xd2\x16)"),
    ("SMB", rb"\0\0[\s\S]{2}[\xfe\xff]SMB"),
    # No line of text has a NUL; a telnet client sends it after CR, and after IAC.
    ("a binary protocol", rb"[^\0\xff\r\n]{0,15}\0"),
)
"""Protocols that are not served: the name, and how their clients begin.

Only what is plainly not a message: a person may type ``STATS`` or ``get well`` first.
"""

_FOREIGN = re.compile(b"|".join(b"(%b)" % pattern for _, pattern in FOREIGN))
# Ended by CR NUL, too, as telnet's Return key does.
_EMPTY_LINES = re.compile(rb"(?:[\r\n]+|(?<=\r)\0)*")
_WHOLE_LINE = re.compile(rb"[^\r\n]*(?:\n|\r[\s\S])")
_IAC = b"\xff"
_ENOUGH = 1024
"""Bytes in which each of them is known."""


def foreign_name(first: bytes) -> str | None:
    """The name of the protocol that is not served, if it is one of these.

    Empty lines before its first one are ignored.
    """
    start = _end_of_empty_lines(first)
    found = _FOREIGN.match(first, 0, _ENOUGH)
    if found is None and start:
        found = _FOREIGN.match(first, start, start + _ENOUGH)
    return None if found is None else FOREIGN[(found.lastindex or 1) - 1][0]


def foreign_protocol(first: bytes) -> Match:
    """A protocol that is not served; known by its first line at the latest."""
    if foreign_name(first) is not None:
        return Match.YES
    start = _end_of_empty_lines(first)
    if len(first) - start > _ENOUGH or first.startswith(_IAC, start):
        return Match.NO
    return Match.NO if _WHOLE_LINE.match(first, start) else Match.MORE


def _end_of_empty_lines(first: bytes) -> int:
    found = _EMPTY_LINES.match(first)
    return found.end() if found else 0


def _prefix(wanted: bytes, first: bytes) -> Match:
    if first.startswith(wanted):
        return Match.YES
    return Match.MORE if wanted.startswith(first) else Match.NO
