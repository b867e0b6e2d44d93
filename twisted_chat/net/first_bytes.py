"""Which protocol a connection's first bytes belong to.

Rules of this file: pure functions of what has come so far; each looks at no more
than it needs.  Another protocol is one more function here and one more entry in
the table that ``protocols.switch`` is given.
"""

from __future__ import annotations

import re
from enum import Enum

MAX_FIRST = 4096
"""Bytes after which it must be clear what they are: a line of the line chat is
no longer."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_ADDRESS = rb"(?:/|\*|https?://)"
# With these a request is known by its version alone, whatever it asks for.
_METHOD = rb"(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)"
_BEGUN = re.compile(
    rb"(?:" + _METHOD + rb"[ \t]|" + _TOKEN + rb"[ \t]+" + _ADDRESS + rb")[^\r\n]*"
)
_TO_BEGIN = re.compile(_TOKEN + rb"(?:[ \t]+(h|ht|htt|https?|https?:|https?:/)?)?\Z")
_SOUND = re.compile(
    rb"(?:CONNECT |" + _TOKEN + rb" " + _ADDRESS + rb")[^ \t]*"
    rb"(?: (H|HT|HTT|HTTP|HTTP/)?)?\Z"
)
_VERSION_END = re.compile(rb"[ \t]HTTP/\d[\d.]*[ \t]*\Z", re.IGNORECASE)


class Match(Enum):
    """What the bytes so far say."""

    NO = "it is something else"
    MORE = "too little to tell; silence would mean no"
    LIKELY = "almost certain, but more has to come; silence means little"
    YES = "it is"


def http_request(first: bytes) -> Match:
    """A request line (RFC 9112, section 3), whatever its method, sound or not.

    A page can make a browser send any method, and a program that forgot to quote
    an address sends spaces in it; but the line always ends in the version.  So
    ``GET well soon`` is what someone says, and so is a whole line without a version.
    Empty lines before it mean nothing to either.
    """
    first = first.lstrip(b"\r\n")
    begun = _BEGUN.match(first)
    if begun is None:
        return Match.MORE if not first or _TO_BEGIN.match(first) else Match.NO
    line = begun[0]
    versioned = ends_in_http_version(line)
    if len(line) < len(first):
        return Match.YES if versioned else Match.NO
    return Match.LIKELY if versioned or _SOUND.match(line) else Match.MORE


def ends_in_http_version(line: bytes) -> bool:
    """Whether the end of a line, without what ends it, is that of a request line."""
    return _VERSION_END.search(line) is not None


def tls_hello(first: bytes) -> Match:
    """A TLS record with a handshake (RFC 8446, section 5.1)."""
    return _prefix(b"\x16\x03", first)


def ssh_banner(first: bytes) -> Match:
    """An SSH identification string (RFC 4253, section 4.2)."""
    return _prefix(b"SSH-", first)


def _prefix(wanted: bytes, first: bytes) -> Match:
    if first.startswith(wanted):
        return Match.YES
    return Match.MORE if wanted.startswith(first) else Match.NO
