"""``Host`` and ``Origin``: by which names, and from which pages, browsers may connect.

The input is the ``Host``, a line feed, and the ``Origin``.
"""

from __future__ import annotations

from ipaddress import ip_address

from twisted.web.http_headers import Headers

from tests.fuzz.target import Target, expect
from twisted_chat.net.hosts import DuplicateHost, Hosts
from twisted_chat.net.origins import Origins
from twisted_chat.net.refusal_log import MAX_SHOWN, printable

_OWN = "chat.example"
_PAGE = b"https://page.example"


def check(data: bytes) -> None:
    """Check a request with these headers."""
    host, _, origin = data.partition(b"\n")
    # As twisted.web makes one line of a header.
    host, origin = (b" ".join(one.splitlines()).strip() for one in (host, origin))
    _check_host(host)
    _check_origin(origin, host)
    for header in (host, origin):
        shown = printable(header)
        expect(len(shown) <= MAX_SHOWN, "a header is shown at length")
        expect(shown.isascii() and shown.isprintable(), "an unprintable header")


def _check_host(host: bytes) -> None:
    hosts = Hosts((_OWN,), own=lambda: ("machine",))
    try:
        refusal = hosts.refusal(Headers({b"Host": [host]}))
        hosts.refusal(Headers({b"Host": [host, host]}))
    except DuplicateHost:
        pass
    else:
        raise AssertionError("two Host headers are accepted")
    if refusal is not None:
        expect(refusal.isprintable() and len(refusal) < 600, "the reason is one line")
        return
    # No stranger can own an accepted name.
    name = host.decode("latin-1").lower()
    name = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
    name = name.removesuffix(":").removesuffix(".").strip("[]")
    local = (".local", ".lan", ".internal", ".home.arpa")
    if "." in name and name != _OWN and not name.endswith(local):
        ip_address(name)


def _check_origin(origin: bytes, host: bytes) -> None:
    origins = Origins(("https://page.example", "site.example:8443"))
    allowed = origins(origin, host)
    expect(origins(None, host), "a client that sends no Origin")
    expect(Origins(("*",))(origin, host), "an origin that is allowed by *")
    if allowed and origin.lower() not in (
        _PAGE,
        b"https://site.example:8443",
        b"http://site.example:8443",
    ):
        # Only the server's own pages remain, by whatever name it was called.
        _, slashes, site = origin.lower().partition(b"://")
        expect(slashes, "an origin without a scheme")
        expect(site, "an origin without a host")
    expect(not origins(b"null", host), "a sandboxed page")


TARGET = Target(
    check,
    seeds=(
        b"chat.example\nhttps://chat.example",
        b"chat.example:3000\nhttp://chat.example:3000",
        b"192.0.2.1:80\nhttp://192.0.2.1",
        b"[2001:db8::1]:3000\nhttp://[2001:db8::1]:3000",
        b"localhost\nnull",
        b"192.0.2.1\np:/\t/192.0.2.1",
        b"evil.example\nhttp://evil.example",
        b"box.local.\nhttps://page.example:443",
        b"chat.example.\nHTTPS://PAGE.EXAMPLE",
        b"chat.example@evil.example\nhttps://page.example@evil.example",
        b"machine:\nfile://",
        b"1\n//1",
        b"127.1\nhttps://site.example:8443",
        b"0x7f.0.0.1\nchrome-extension://abc",
    ),
    tokens=(
        *(
            b"\n",
            b":",
            b".",
            b"[",
            b"]",
            b"@",
            b"/",
            b"?",
            b"#",
            b"%",
            b"\\",
            b"::1",
            b" ",
        ),
        *(
            b"http://",
            b"https://",
            b"null",
            b"chat.example",
            b"page.example",
            b".local",
        ),
        *(
            b":80",
            b":443",
            b":8443",
            b"192.0.2.1",
            b"*",
            b"\xff",
            b"\t",
            b"\0",
            b"\xb2",
        ),
    ),
    max_size=500,
)
