"""The tree of HTTP resources."""

from __future__ import annotations

import gzip
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from twisted.internet.task import Clock
from twisted.python.filepath import FilePath
from twisted.trial import unittest
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import Resource
from twisted.web.server import Request

import twisted_chat
from tests.support.memory import Wire
from twisted_chat.net.http import ChatSite
from twisted_chat.server.site import TYPES, compact, make_root

FILES = {
    "index.html": b"<!doctype html>" + b"<p>hello</p>" * 100,
    "client.js": b"hello();" * 100,
    "view/dom.js": b"dom();" * 100,
    "small.css": b"p {}",
    "icon.svg": b"<svg/>",
    "package.json": b"{}",
    "notes.txt": b"for us",
}


class Reply:
    """One response, parsed."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {
            name.lower(): value for name, _, value in (x.partition(": ") for x in lines)
        }


def ask(site: ChatSite, path: str, method: str = "GET", **headers: str) -> Reply:
    """Send one request, and return its answer."""
    wire = Wire().accept(site)
    lines = [f"{method} {path} HTTP/1.1", "host: chat.example"]
    lines += [f"{n.replace('_', '-')}: {value}" for n, value in headers.items()]
    wire.send("\r\n".join((*lines, "", "")).encode())
    return Reply(wire.take())


class Polling(Resource):
    """Takes the place of Socket.IO."""

    isLeaf = True

    def render_POST(self, request: Request) -> bytes:
        return b"posted"


class SiteTests(unittest.SynchronousTestCase):
    """The responses of the whole tree."""

    def setUp(self) -> None:
        files = Path(self.mktemp())
        for name, content in FILES.items():
            path = files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.reason: str | None = None
        self.upgraded: list[bytes] = []
        root = make_root(files, self.upgrade, lambda: self.reason, Polling())
        # The directory is not needed any more.
        FilePath(str(files)).remove()
        self.site = ChatSite(root, Clock())

    def upgrade(self, request: HTTPRequest) -> bytes:
        self.upgraded.append(request.path)
        return b"upgrade"

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        return ask(self.site, path, method, **headers)

    def test_page_is_at_the_root_and_its_files_beside_it(self) -> None:
        """With their media types."""
        for path, name, kind in (
            ("/", "index.html", "text/html; charset=utf-8"),
            ("/?nick=ann", "index.html", "text/html; charset=utf-8"),
            ("/index.html", "index.html", "text/html; charset=utf-8"),
            ("/client.js", "client.js", "text/javascript; charset=utf-8"),
            ("/view/dom.js", "view/dom.js", "text/javascript; charset=utf-8"),
            ("/small.css", "small.css", "text/css; charset=utf-8"),
            ("/icon.svg", "icon.svg", "image/svg+xml"),
        ):
            answer = self.ask(path)
            self.assertEqual((answer.status, answer.body), (200, FILES[name]), path)
            self.assertEqual(answer.headers["content-type"], kind)
            self.assertEqual(answer.headers["cache-control"], "no-cache")
            policy = answer.headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)

    def test_script_marked_as_inline_is_within_the_page(self) -> None:
        """The policy permits it there by its hash, and only there."""
        files = Path(self.mktemp())
        files.mkdir()
        script = b'<script src="a.js" data-inline></script>'
        (files / "index.html").write_bytes(b"<p>" + script + b"<p>")
        (files / "a.js").write_bytes(b"// A comment.\nf();\n")
        site = ChatSite(make_root(files, self.upgrade, lambda: None), Clock())
        page = ask(site, "/")
        self.assertEqual(page.body, b"<p><script>\nf();\n</script><p>")
        digest = b64encode(sha256(b"\nf();\n").digest()).decode()
        permitted = f"script-src 'self' 'sha256-{digest}';"
        self.assertIn(permitted, page.headers["content-security-policy"])
        other = ask(site, "/a.js").headers["content-security-policy"]
        self.assertIn("script-src 'self';", other)

    def test_files_are_compressed_if_the_client_accepts_that(self) -> None:
        """And if compression is worth it."""
        for accepted in ("gzip, deflate, br", "br;q=1, gzip;q=0.5", "*", "GZIP"):
            answer = self.ask("/client.js", accept_encoding=accepted)
            self.assertEqual(answer.headers["content-encoding"], "gzip")
            self.assertEqual(gzip.decompress(answer.body), FILES["client.js"])
        for accepted in ("", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip"):
            answer = self.ask("/client.js", accept_encoding=accepted)
            self.assertEqual(answer.body, FILES["client.js"])
        answer = self.ask("/small.css", accept_encoding="gzip")
        self.assertNotIn("content-encoding", answer.headers)
        self.assertEqual(answer.headers["vary"], "Accept-Encoding")

    def test_cached_file_is_not_sent_again(self) -> None:
        """Each encoding has its own ETag."""
        plain = self.ask("/client.js").headers["etag"]
        small = self.ask("/client.js", accept_encoding="gzip").headers["etag"]
        self.assertNotEqual(plain, small)
        for tags in (plain, small, f'"x", W/{plain}', "*"):
            answer = self.ask("/client.js", if_none_match=tags)
            self.assertEqual((answer.status, answer.body), (304, b""))
            self.assertIn("etag", answer.headers)
        self.assertEqual(self.ask("/client.js", if_none_match='"x"').status, 200)

    def test_head_has_the_headers_of_get(self) -> None:
        """And no body."""
        for path in ("/", "/client.js", "/healthz", "/none", "/ws"):
            answer, whole = self.ask(path, "HEAD"), self.ask(path)
            self.assertEqual((answer.status, answer.body), (whole.status, b""))
            self.assertEqual(
                answer.headers["content-length"], whole.headers["content-length"]
            )

    def test_anything_else_is_not_found(self) -> None:
        """In plain text; no directory is listed, no path leads out."""
        for path in (
            "/none",
            "/view",
            "/view/",
            "/view/none",
            "/client.js/x",
            "/package.json",
            "/notes.txt",
            "/../setup.cfg",
            "/%2e%2e/setup.cfg",
            "//",
            "/healthz/x",
        ):
            for method in ("GET", "POST"):
                answer = self.ask(path, method)
                self.assertEqual(answer.status, 404, path)
                self.assertTrue(answer.headers["content-type"].startswith("text/plain"))

    def test_other_methods_are_not_allowed(self) -> None:
        """405, whatever the method."""
        for path in ("/", "/ws", "/client.js", "/healthz"):
            for method in ("POST", "PUT", "OPTIONS", "FOO", "CONNECT"):
                answer = self.ask(path, method)
                self.assertEqual(answer.status, 405)
                self.assertEqual(answer.headers["allow"], "GET, HEAD")
        self.assertEqual(self.upgraded, [])

    def test_health_is_200_or_503_with_the_reason(self) -> None:
        """Never cached."""
        answer = self.ask("/healthz")
        self.assertEqual((answer.status, answer.body), (200, b"ok\n"))
        self.reason = "the disk is full"
        answer = self.ask("/healthz")
        self.assertEqual((answer.status, answer.body), (503, b"the disk is full\n"))
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_handshakes_are_answered_at_the_root_and_at_ws(self) -> None:
        """At the root, other requests get the page."""
        self.ask("/", upgrade="websocket")
        self.ask("/ws", upgrade="websocket")
        self.ask("/ws")
        self.ask("/")
        self.assertEqual(self.upgraded, [b"/", b"/ws", b"/ws"])

    def test_socketio_is_mounted_at_its_path(self) -> None:
        """It answers every method itself."""
        self.assertEqual(self.ask("/socket.io/?EIO=4", "POST").body, b"posted")

    def test_site_without_files_still_answers_programs(self) -> None:
        """WebSocket and health."""
        root = make_root(Path(self.mktemp()), self.upgrade, lambda: None)
        self.site = ChatSite(root, Clock())
        self.assertEqual(self.ask("/healthz").status, 200)
        self.assertEqual(self.ask("/").body, b"upgrade")
        self.assertEqual(self.ask("/socket.io/").status, 404)


class CompactTests(unittest.SynchronousTestCase):
    """What ``compact`` leaves of a script."""

    def test_comments_and_indentation_are_left_out(self) -> None:
        """Everything else stays as it is, on the same line."""
        script = b"// a\nf(b); // c\n  // d\n\t//\n\t g() ; // 'e'\n h\n"
        self.assertEqual(compact(script), b"\nf(b);\n\n\ng() ;\nh\n")

    def test_what_could_be_in_a_string_or_a_pattern_stays(self) -> None:
        for line in (b'f("//b"); // c', b"f('//b')", b"f(`//b`)", b"x = /a\\//;"):
            self.assertEqual(compact(line), line)


class RealPageTests(unittest.SynchronousTestCase):
    """The page in the package."""

    def test_page_recovers_without_any_other_file(self) -> None:
        """The script that reloads it is within the page."""
        top = Path(twisted_chat.__file__).parent / "web"
        root = make_root(top, lambda _request: b"", lambda: None)
        page = ask(ChatSite(root, Clock()), "/").body
        self.assertIn(b"location.reload()", page)
        self.assertNotIn(b"reload.js", page)

    def test_page_starts_with_less_than_90_kb_compressed(self) -> None:
        """All that it loads before it is connected; see web/on_demand/."""
        top = Path(twisted_chat.__file__).parent / "web"
        root = make_root(top, lambda _request: b"", lambda: None)
        site = ChatSite(root, Clock())
        on_demand, start = 0, 0
        for path in top.rglob("*"):
            address = f"/{path.relative_to(top).as_posix()}"
            # A client for other pages; what is loaded where WebSocket does not pass.
            if path.suffix not in TYPES or path.name in ("socket.io.js", "polling.js"):
                continue
            answer = ask(site, address, accept_encoding="gzip")
            self.assertEqual(answer.status, 200, address)
            if path.parent.name == "on_demand":
                on_demand += len(answer.body)
            else:
                start += len(answer.body)
        self.assertLess(start, 90_000)
        self.assertLess(on_demand, 30_000)
