"""An HTTP answer that is all there is to say on a connection (RFC 9112).

Rules of this file: pure; one line of plain text, which no browser takes for a page.
"""

from __future__ import annotations

from http import HTTPStatus


def http_refusal(status: HTTPStatus, words: str, *headers: str) -> bytes:
    """The whole answer; the connection is closed after it.

    :param words: one line that says what to do instead.
    :param headers: further ones, such as ``Retry-After: 60``.
    """
    body = f"{words}\n".encode()
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        *headers,
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
