"""The tree of HTTP resources: the page and its files, WebSocket, Socket.IO and health.

The files are read, compressed and given their ETags once, at the start.  No directory
is listed, and no response says more than it must.
"""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request
from zope.interface import implementer

from twisted_chat.net.http import ChatRequest
from twisted_chat.net.origins import Origins
from twisted_chat.websocket.handshake import is_upgrade

MIN_COMPRESSED = 512
"""Bytes of the smallest file that is worth compressing."""

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
"""The media types of the files that are served; other files of the page are not."""

_INCOMPRESSIBLE = (b"image/png", b"font/woff2")
# Behind code without a quote or slash it cannot be a part of a string or pattern.
_COMMENT = re.compile(rb"""^([^"'`/\n]*?)[ \t]*//.*$""", re.MULTILINE)
_INLINE = re.compile(rb'<script src="([^"]+)" data-inline></script>')
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)
_PLAIN = b"text/plain; charset=utf-8"

Problem = Callable[[], str | None]
Upgrade = Callable[[HTTPRequest], int | bytes]


@implementer(IResource)
class ReadOnlyResource:
    """A resource without children that allows only ``GET`` and ``HEAD``."""

    isLeaf = False
    server: Any = None

    def getChildWithDefault(self, _name: bytes, _request: Request) -> IResource:
        """Twisted: a resource below this one."""
        return NOT_FOUND

    def putChild(self, _path: bytes, _child: IResource) -> None:
        """Twisted: add a resource below this one."""
        raise TypeError("this resource has no children")

    def render(self, request: Request) -> int | bytes:
        """Twisted: respond to a request."""
        if request.method not in (b"GET", b"HEAD"):
            request.responseHeaders.setRawHeaders(b"Allow", [b"GET, HEAD"])
            return text_response(request, 405, "Only GET and HEAD are allowed here.")
        return self.get(request)

    def get(self, request: Request) -> int | bytes:
        """Respond to ``GET`` or ``HEAD``."""
        raise NotImplementedError


def text_response(request: HTTPRequest, code: int, line: str) -> bytes:
    """Respond with one line of plain text."""
    request.setResponseCode(code)
    request.responseHeaders.setRawHeaders(b"Content-Type", [_PLAIN])
    return body_for(request, line.encode() + b"\n")


def body_for(request: HTTPRequest, body: bytes) -> bytes:
    """The body for ``GET``; for ``HEAD`` only its length."""
    if request.method != b"HEAD":
        return body
    request.responseHeaders.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
    return b""


class NotFound(ReadOnlyResource):
    """Responds with 404 to every method."""

    def render(self, request: Request) -> bytes:
        """Twisted: respond to a request."""
        return text_response(request, 404, "Not found.")


NOT_FOUND = NotFound()


class HealthResource(ReadOnlyResource):
    """The health of the store."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def get(self, request: Request) -> bytes:
        """``ok``, or 503 and the reason."""
        request.responseHeaders.setRawHeaders(b"Cache-Control", [b"no-store"])
        reason = self._problem()
        if reason is None:
            return text_response(request, 200, "ok")
        return text_response(request, 503, reason)


class FileResource(ReadOnlyResource):
    """One file of the page, as it was at the start."""

    def __init__(self, content: bytes, media_type: bytes) -> None:
        self._media_type = media_type
        # Both by whether they are compressed.
        self._bodies = {False: content}
        if len(content) >= MIN_COMPRESSED and media_type not in _INCOMPRESSIBLE:
            self._bodies[True] = _compress(content)
        tag = sha256(content).hexdigest()[:32].encode()
        self._tags = {False: b'"' + tag + b'"', True: b'"' + tag + b'-gz"'}

    def get(self, request: Request) -> bytes:
        """The file, compressed if the client accepts that; 304 if it has the file."""
        compressed = True in self._bodies and _accepts_gzip(request)
        headers = request.responseHeaders
        headers.setRawHeaders(b"ETag", [self._tags[compressed]])
        headers.setRawHeaders(b"Cache-Control", [b"no-cache"])
        headers.setRawHeaders(b"Vary", [b"Accept-Encoding"])
        if self._is_cached(request):
            request.setResponseCode(304)
            return b""
        headers.setRawHeaders(b"Content-Type", [self._media_type])
        if compressed:
            headers.setRawHeaders(b"Content-Encoding", [b"gzip"])
        return body_for(request, self._bodies[compressed])

    def _is_cached(self, request: Request) -> bool:
        """Whether the client has this very file (RFC 9110, section 13.1.2)."""
        for value in request.requestHeaders.getRawHeaders(b"If-None-Match") or []:
            for tag in value.split(b","):
                known = tag.strip().removeprefix(b"W/")
                if known == b"*" or known in self._tags.values():
                    return True
        return False


def compact(script: bytes) -> bytes:
    """A script without indentation and without most comments; its lines stay.

    They are a quarter of the page's compressed size.  The scripts must not contain a
    template string of several lines; tests/web/modules.test.mjs checks it.
    """
    return _INDENTATION.sub(b"", _COMMENT.sub(rb"\1", script))


@cache
def _compress(content: bytes) -> bytes:
    """Compress as well as possible; once, also if there are several sites."""
    return gzip.compress(content, 9, mtime=0)


def _accepts_gzip(request: Request) -> bool:
    for value in request.requestHeaders.getRawHeaders(b"Accept-Encoding") or []:
        for coding in value.lower().replace(b" ", b"").split(b","):
            name, _, quality = coding.partition(b";q=")
            refused = quality and not quality.strip(b"0.")
            if name in (b"gzip", b"*") and not refused:
                return True
    return False


class PageResource(FileResource):
    """A page, with those of its scripts inside that are marked ``data-inline``.

    Such a script runs whenever the page is there, though no other file could be loaded.
    """

    def __init__(self, content: bytes, media_type: bytes, folder: Path) -> None:
        self._scripts: list[str] = []

        def insert(match: re.Match[bytes]) -> bytes:
            script = compact((folder / match[1].decode()).read_bytes())
            digest = b64encode(sha256(script).digest()).decode()
            self._scripts.append(f"sha256-{digest}")
            return b"<script>" + script + b"</script>"

        super().__init__(_INLINE.sub(insert, content), media_type)

    def get(self, request: Request) -> bytes:
        """The page, and a policy that permits its scripts."""
        if isinstance(request, ChatRequest):
            request.inline_scripts = self._scripts
        return super().get(request)


class OriginResource(ReadOnlyResource):
    """Tells a page whether it may connect.

    A browser does not show a page why its WebSocket was refused.  A page posts here,
    because a browser sends no ``Origin`` when it gets something of the page's own host.
    """

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def render(self, request: Request) -> bytes:
        """``ok``, or 403 and the reason, which pages of other hosts may read too."""
        headers = request.responseHeaders
        headers.setRawHeaders(b"Access-Control-Allow-Origin", [b"*"])
        headers.setRawHeaders(b"Cache-Control", [b"no-store"])
        if request.method not in (b"GET", b"HEAD", b"POST"):
            headers.setRawHeaders(b"Allow", [b"GET, HEAD, POST"])
            return text_response(request, 405, "Only GET and POST are allowed here.")
        refusal = self._origins.refusal(request)
        if refusal is None:
            return text_response(request, 200, "ok")
        return text_response(request, 403, refusal)


class WebSocketResource(ReadOnlyResource):
    """Accepts WebSocket handshakes.

    :param upgrade: answers a handshake.
    :param page: the response to other requests; without one, they are answered as
        invalid handshakes.
    """

    def __init__(self, upgrade: Upgrade, page: FileResource | None = None) -> None:
        self._upgrade = upgrade
        self._page = page

    def get(self, request: Request) -> int | bytes:
        """Answer the handshake, or respond with the page."""
        if self._page is None or is_upgrade(request):
            answer = self._upgrade(request)
            return answer if isinstance(answer, int) else body_for(request, answer)
        return self._page.get(request)


def make_root(
    files: Path,
    upgrade: Upgrade,
    problem: Problem,
    socketio: IResource | None = None,
    origins: Origins | None = None,
) -> Resource:
    """Make the whole tree.

    :param files: the page's directory, which is read now and never again.
    :param upgrade: answers WebSocket handshakes at ``/``, ``/ws`` and ``/irc``.
    :param problem: returns why nothing can be stored now, or ``None``.
    :param socketio: the resource at ``/socket.io/``.
    :param origins: the pages that may connect, by default the server's own.
    """
    root = Folder()  # type: ignore[no-untyped-call]
    for path in sorted(files.rglob("*")):
        media_type = TYPES.get(path.suffix)
        if media_type is None or not path.is_file():
            continue
        *folders, name = path.relative_to(files).parts
        parent: Resource = root
        for folder in folders:
            child = parent.children.get(folder.encode())
            if child is None:
                child = Folder()  # type: ignore[no-untyped-call]
                parent.putChild(folder.encode(), child)
            parent = child
        parent.putChild(name.encode(), _file_resource(path, media_type))
    index = root.children.get(b"index.html")
    root.putChild(b"", WebSocketResource(upgrade, index))
    root.putChild(b"ws", WebSocketResource(upgrade))
    root.putChild(b"irc", WebSocketResource(upgrade))
    root.putChild(b"healthz", HealthResource(problem))
    root.putChild(b"origin", OriginResource(origins or Origins()))
    if socketio is not None:
        root.putChild(b"socket.io", socketio)
        script = root.children.pop(b"socket.io.js", None)
        if script is not None:
            socketio.putChild(b"socket.io.js", script)
    return root


def _file_resource(path: Path, media_type: bytes) -> FileResource:
    content = path.read_bytes()
    if path.suffix == ".html":
        return PageResource(content, media_type, path.parent)
    if path.suffix == ".js":
        content = compact(content)
    return FileResource(content, media_type)


class Folder(Resource):
    """A directory of the page, whose content is not listed."""

    def getChild(self, _path: bytes, _request: Request) -> IResource:
        """Twisted: a child that does not exist."""
        return NOT_FOUND

    def render(self, request: Request) -> bytes:
        """Twisted: a request for the directory itself."""
        return NOT_FOUND.render(request)
