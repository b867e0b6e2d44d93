"""Addresses that an operator writes: of Redis, and of ports.

The input is what follows the user and the password in the address of a Redis; and, as
it is, a port.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock

from tests.fuzz.target import Target, expect, expect_equal
from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.redis.address import RedisAddress
from twisted_chat.server.ports import BACKLOG, CannotListen, listen, with_backlog

_PASSWORD = "hunter2"
_SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")


def check(data: bytes) -> None:
    """Connect to this Redis, and listen on this port."""
    text = data.decode("utf-8", "replace")
    for scheme in _SCHEMES:
        _check_redis(f"{scheme}://user:{_PASSWORD}@{text}", text)
    _check_redis(text, text)
    _check_port(text)


def _check_redis(address: str, written: str) -> None:
    try:
        found = RedisAddress.parse(address)
    except StoreError as error:
        shown = str(error)
        expect(_PASSWORD in written or _PASSWORD not in shown, f"a password: {shown}")
        expect("\n" not in shown, f"several lines: {shown!r}")
        return
    expect(found.hosts, "an address without a host")
    for host, port in found.hosts:
        expect(host and 0 < port < 65536, f"the host {host!r}, the port {port}")
    expect(found.db >= 0, "a negative database")
    secret = found.password
    shown = f"{found} {found!r}"
    expect(secret != _PASSWORD or _PASSWORD in written or secret not in shown, shown)


def _check_port(text: str) -> None:
    limited = with_backlog(text)
    expect(limited in (text, f"{text}:backlog={BACKLOG}"), f"the endpoint {limited!r}")
    if not text.endswith("\\"):
        # Which makes what follows a part of the last value.
        expect_equal(with_backlog(limited), limited, "a backlog twice")
    kind = text.partition(":")[0].lower()
    if kind not in ("tcp", "tcp4", "tcp6", "unix"):
        # Others read files, or are sockets that the process was started with.
        return
    results: list[object] = []
    listening = listen(MemoryReactorClock(), text, Factory())
    Deferred.fromCoroutine(listening).addBoth(results.append)
    (result,) = results
    error = getattr(result, "value", None)
    if isinstance(error, BaseException):
        expect(isinstance(error, CannotListen), f"{error!r}")
        expect("\n" not in str(error), f"several lines: {error!s}")


TARGET = Target(
    check,
    seeds=(
        b"localhost",
        b"localhost:6379/3",
        b"[::1]:6380/0?ca=/x.pem&cert=/y.pem&key=/z.pem",
        b"one:1,two:2/service/4",
        b"tcp:3000",
        b"tcp:3000:interface=127.0.0.1",
        b"tcp:port=3000:backlog=5",
        b"tcp6:3000:interface=\\:\\:1",
        b"unix:/run/chat:mode=660",
        b"unix:address=/run/chat:lockfile=0",
        b"rediss://user:pa%20ss@host/1",
        b"redis://:p@ss@host/x",
        b"tcp:3000:interfce=x",
        b"host:0",
        b"host/-1",
        b"\n",
        b"unix:\n:@",
    ),
    tokens=(
        *(
            b":",
            b"/",
            b"?",
            b"#",
            b"@",
            b"%",
            b",",
            b"[",
            b"]",
            b"\\",
            b"=",
            b"&",
            b"\n",
        ),
        *(
            b"tcp:",
            b"unix:",
            b"tcp6:",
            b"mode=",
            b"backlog=",
            b"interface=",
            b"port=",
            b"::1",
        ),
        *(
            b"ca=",
            b"cert=",
            b"sentinel_password=",
            b"redis://",
            b"//",
            b"%2F",
            b"%zz",
            b"\0",
        ),
        *("\uff0f\u2100\u0663".encode(), b"65536", b"-1", b"9" * 5000, b"\xb2"),
    ),
    max_size=6000,
)
