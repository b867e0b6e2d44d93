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
# What a proxy is asked for begins in no such way.
_TARGET = rb"(?:CONNECT (?=[^ \r\n])|" + _TOKEN + rb" (?:/|\*|https?://))[^ \r\n]*"
_REQUEST_LINE = re.compile(_TARGET + rb" HTTP/\d\.\d\r?\n")
_TARGET_BEGUN = re.compile(_TARGET + rb"(?: (.{0,9}))?\Z", re.DOTALL)
_TOKEN_BEGUN = re.compile(_TOKEN + rb"(?: (h|ht|htt|https?|https?:|https?:/)?)?\Z")
_VERSION = re.compile(rb"HTTP/\d\.\d\r?\n?\Z")
_VERSION_END = re.compile(rb" HTTP/\d\.\d\r?\Z")


class Match(Enum):
    """What the bytes so far say."""

    NO = "it is something else"
    MORE = "too little to tell; silence would mean no"
    LIKELY = "almost certain, but more has to come; silence means little"
    YES = "it is"


def http_request(first: bytes) -> Match:
    """A request line (RFC 9112, section 3), whatever its method.

    A page can make a browser send any method, but the line always ends in the
    version and its target begins like a path or an address.  So ``GET well soon``
    is what someone says, and so is a whole line without a version.
    """
    line, end, _ = first.partition(b"\n")
    if end:
        return Match.YES if _REQUEST_LINE.match(line + end) else Match.NO
    begun = _TARGET_BEGUN.match(first)
    if begun is None:
        return Match.MORE if not first or _TOKEN_BEGUN.match(first) else Match.NO
    version = begun[1] or b""
    # What is there of the version, completed, must be one.
    if _VERSION.match(version + b"HTTP/1.1\r\n"[len(version) :]):
        return Match.LIKELY
    return Match.NO


def ends_in_http_version(line: bytes) -> bool:
    """Whether the end of a line, without its LF, is that of a request line."""
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
