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


def _prefix(wanted: bytes, first: bytes) -> Match:
    if first.startswith(wanted):
        return Match.YES
    return Match.MORE if wanted.startswith(first) else Match.NO
