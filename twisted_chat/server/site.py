"""The HTTP resource tree: the page, its files, the doors for programs, the health.

Everything that can be known at the start is made then: the files are read,
compressed and given their ETags once.

Rules of this file: no directory is shown, no answer says more than it must.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request
from zope.interface import implementer

from twisted_chat.websocket.handshake import is_upgrade

MIN_COMPRESSED = 512
"""Bytes from which on compressing a file is worth its while."""

TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".ico": b"image/x-icon",
    ".js": b"text/javascript; charset=utf-8",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".webmanifest": b"application/manifest+json",
    ".woff2": b"font/woff2",
}
"""What of the page's directory is served, and as what; the rest is not."""

_COMPRESSED_ALREADY = (b"image/png", b"font/woff2")
_COMMENT_LINE = re.compile(rb"^[ \t]*//.*$", re.MULTILINE)
_PLAIN = b"text/plain; charset=utf-8"

Healthy = Callable[[], str | None]
Upgrade = Callable[[HTTPRequest], int | bytes]


@implementer(IResource)
class Plain:
    """Something that can be read, and no more: ``GET`` and ``HEAD``."""

    isLeaf = False
    server: Any = None

    def getChildWithDefault(self, _name: bytes, _request: Request) -> IResource:
        """Twisted: what is below this."""
        return NOTHING

    def putChild(self, _path: bytes, _child: IResource) -> None:
        """Twisted: put something below this."""
        raise TypeError("nothing is below a file")

    def render(self, request: Request) -> int | bytes:
        """Twisted: answer."""
        if request.method not in (b"GET", b"HEAD"):
            request.responseHeaders.setRawHeaders(b"Allow", [b"GET, HEAD"])
            return say(request, 405, "Only GET and HEAD are possible here.")
        return self.get(request)

    def get(self, request: Request) -> int | bytes:
        """Answer ``GET`` or ``HEAD``."""
        raise NotImplementedError


def say(request: Request, code: int, words: str) -> bytes:
    """An answer of one line of plain text."""
    request.setResponseCode(code)
    request.responseHeaders.setRawHeaders(b"Content-Type", [_PLAIN])
    return body_of(request, words.encode() + b"\n")


def body_of(request: Request, body: bytes) -> bytes:
    """The body, or for ``HEAD`` only its length."""
    if request.method != b"HEAD":
        return body
    request.responseHeaders.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
    return b""


class Nothing(Plain):
    """There is no such page, whatever one wants to do with it."""

    def render(self, request: Request) -> bytes:
        """Twisted: answer."""
        return say(request, 404, "There is no such page here.")


NOTHING = Nothing()


class Health(Plain):
    """Whether what is said can be stored now."""

    def __init__(self, healthy: Healthy) -> None:
        self._healthy = healthy

    def get(self, request: Request) -> bytes:
        """``ok``, or 503 and why not."""
        request.responseHeaders.setRawHeaders(b"Cache-Control", [b"no-store"])
        reason = self._healthy()
        if reason is None:
            return say(request, 200, "ok")
        return say(request, 503, reason)


class File(Plain):
    """One file of the page, as it was at the start."""

    def __init__(self, content: bytes, kind: bytes) -> None:
        self._kind = kind
        # By whether they are compressed, and so the tags.
        self._bodies = {False: content}
        if len(content) >= MIN_COMPRESSED and kind not in _COMPRESSED_ALREADY:
            self._bodies[True] = _compress(content)
        tag = sha256(content).hexdigest()[:32].encode()
        self._tags = {False: b'"' + tag + b'"', True: b'"' + tag + b'-gz"'}

    def get(self, request: Request) -> bytes:
        """The file, compressed if the client likes that and has not got it yet."""
        compressed = True in self._bodies and _takes_gzip(request)
        headers = request.responseHeaders
        headers.setRawHeaders(b"ETag", [self._tags[compressed]])
        headers.setRawHeaders(b"Cache-Control", [b"no-cache"])
        headers.setRawHeaders(b"Vary", [b"Accept-Encoding"])
        if self._has_it(request):
            request.setResponseCode(304)
            return b""
        headers.setRawHeaders(b"Content-Type", [self._kind])
        if compressed:
            headers.setRawHeaders(b"Content-Encoding", [b"gzip"])
        return body_of(request, self._bodies[compressed])

    def _has_it(self, request: Request) -> bool:
        """What the client has is still right (RFC 9110, section 13.1.2)."""
        for value in request.requestHeaders.getRawHeaders(b"If-None-Match") or []:
            for tag in value.split(b","):
                known = tag.strip().removeprefix(b"W/")
                if known == b"*" or known in self._tags.values():
                    return True
        return False


def without_comment_lines(script: bytes) -> bytes:
    """A script with its comment lines left blank, so that line numbers stay.

    They are a fifth of the page's compressed size.  The scripts must not contain a
    template string of several lines; tests/web/modules.test.mjs checks it.
    """
    return _COMMENT_LINE.sub(b"", script)


@cache
def _compress(content: bytes) -> bytes:
    """As small as can be; once, also if there are several sites."""
    return gzip.compress(content, 9, mtime=0)


def _takes_gzip(request: Request) -> bool:
    for value in request.requestHeaders.getRawHeaders(b"Accept-Encoding") or []:
        for coding in value.lower().replace(b" ", b"").split(b","):
            name, _, quality = coding.partition(b";q=")
            refused = quality and not quality.strip(b"0.")
            if name in (b"gzip", b"*") and not refused:
                return True
    return False


class Door(Plain):
    """A place where a WebSocket may begin; to anyone else, a page.

    :param upgrade: answers handshakes.
    :param page: for those who do not ask for a WebSocket.
    """

    def __init__(self, upgrade: Upgrade, page: File | None = None) -> None:
        self._upgrade = upgrade
        self._page = page

    def get(self, request: Request) -> int | bytes:
        """The handshake's answer, or the page."""
        if self._page is None or is_upgrade(request):
            answer = self._upgrade(request)
            return answer if isinstance(answer, int) else body_of(request, answer)
        return self._page.get(request)


def make_root(
    files: Path,
    upgrade: Upgrade,
    healthy: Healthy,
    socketio: IResource | None = None,
) -> Resource:
    """The whole tree.

    :param files: the page's directory; read now, and never again.
    :param upgrade: answers WebSocket handshakes at ``/`` and ``/ws``.
    :param healthy: says why nothing can be stored now, or ``None``.
    :param socketio: what is served at ``/socket.io/``.
    """
    root = Root()  # type: ignore[no-untyped-call]
    for path in sorted(files.rglob("*")):
        kind = TYPES.get(path.suffix)
        if kind is None or not path.is_file():
            continue
        *folders, name = path.relative_to(files).parts
        place: Resource = root
        for folder in folders:
            inner = place.children.get(folder.encode())
            if inner is None:
                inner = Root()  # type: ignore[no-untyped-call]
                place.putChild(folder.encode(), inner)
            place = inner
        content = path.read_bytes()
        if path.suffix == ".js":
            content = without_comment_lines(content)
        place.putChild(name.encode(), File(content, kind))
    index = root.children.get(b"index.html")
    root.putChild(b"", Door(upgrade, index))
    root.putChild(b"ws", Door(upgrade))
    root.putChild(b"healthz", Health(healthy))
    if socketio is not None:
        root.putChild(b"socket.io", socketio)
        script = root.children.pop(b"socket.io.js", None)
        if script is not None:
            socketio.putChild(b"socket.io.js", script)
    return root


class Root(Resource):
    """A folder: what is not in it is not found, and nobody is shown what is."""

    def getChild(self, _path: bytes, _request: Request) -> IResource:
        """Twisted: what is not there."""
        return NOTHING

    def render(self, request: Request) -> bytes:
        """Twisted: the folder itself."""
        return NOTHING.render(request)
