"""A frame of a JSON client: an object becomes a request."""

from __future__ import annotations

import json
from typing import Any

from tests.fuzz.target import Target, expect, expect_equal, expect_harmless, text_of
from twisted_chat.clients.json import decode_object, resume_in
from twisted_chat.core.limits import MAX_LINE, MAX_TEXT
from twisted_chat.core.replies import Request
from twisted_chat.core.routes.table import standard_table
from twisted_chat.net.strict_json import MAX_DEPTH, JsonError, parse_json

_ROUTES = standard_table()


def check(data: bytes) -> None:
    """Decode one frame."""
    text = text_of(data)
    try:
        value = parse_json(text)
    except JsonError as error:
        expect(len(str(error)) < 300, "a long error")
        value = None
    else:
        expect_equal(_strict(text), value, "another reader reads another value")
        expect(_depth(value) <= MAX_DEPTH, "nested too deeply")
    request = decode_object(text, _ROUTES)
    _check_request(request)
    is_object = isinstance(value, dict)
    if not is_object:
        expect(request.refusal is not None, "a request without an object")
        expect(resume_in(text) is None, "a session without an object")
    elif isinstance(value.get("ref"), str) and request.ref is not None:
        wanted = (
            value["ref"].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
        expect_equal(request.ref, wanted, "the ref of a request")
    resume = resume_in(text)
    if resume is not None:
        expect_equal(value["type"], "resume", "a frame that resumes")
        for one in (resume.session, resume.since or "", resume.ref or ""):
            expect(len(one.encode()) <= MAX_LINE, "a long field")


def _check_request(request: Request) -> None:
    refusal = request.refusal
    if refusal is not None:
        expect_harmless(refusal.text)
        expect(len(refusal.text) < 300, "a long refusal")
        expect(not request.route and not request.text, "a refusal and a request")
        return
    if not request.route:
        expect_harmless(request.text, lines=True)
    expect(len(request.text.encode()) <= MAX_TEXT + MAX_LINE, "a long text")
    for field in (request.ref, request.room, request.before):
        expect(len((field or "").encode()) <= MAX_LINE, "a long field")
    expect(request.limit is None or request.limit > 0, "the limit")


def _strict(text: str) -> Any:
    """What Python's reader reads, without what is not JSON."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is accepted")

    return json.loads(text, parse_constant=refuse)


def _depth(value: object) -> int:
    depth = 0
    level = [value]
    while level := [one for one in level if isinstance(one, list | dict)]:
        depth += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


TARGET = Target(
    check,
    seeds=(
        b'{"type":"message","text":"hi","ref":"1"}',
        b'{"type":"message","text":"def f(x):\\n\\treturn 1\\n","room":"den"}',
        b'{"type":"dm","to":"bob","text":"psst"}',
        b'{"type":"dm","to":"bob","text":"  indented"}',
        b'{"type":"nick","nick":"alice"}',
        b'{"type":"join","room":"#den"}',
        b'{"type":"leave","room":"den"}',
        b'{"type":"who","room":"den"}',
        b'{"type":"history","room":"den","before":"x-1","limit":20}',
        b'{"type":"command","text":"\\\\search words","limit":3}',
        b'{"type":"resume","session":"s","since":"x-1","ref":"r"}',
        b'{"type":"command","text":"\\\\' + b"\xfd" * 280 + b'"}',
        b'{"type":["message"],"text":1}',
        b'[{"type":"who"}]',
        b'{"type":"message","text":"\\ud83d\\u0000\\u202e"}',
        b'{"limit":1e400,"type":"who"}',
        b'{"ref":"\\ud83d\\udc4b","type":"who"}',
        b"[" * 600,
    ),
    tokens=(
        *(
            b'"type":',
            b'"text":',
            b'"room":',
            b'"ref":',
            b'"nick":',
            b'"to":',
            b'"limit":',
        ),
        *(b'"message"', b'"dm"', b'"who"', b'"command"', b'"resume"', b'"history"'),
        *(b'"session":', b'"since":', b'"before":', b"{", b"}", b",", b"[", b"]", b":"),
        *(
            b"NaN",
            b"-Infinity",
            b"1e999",
            b"-0",
            b"null",
            b"true",
            b'"\\ud800"',
            b"\\n",
        ),
        *(b'{"a":' * 300, b"[" * 500, b'"\\\\nick bob"', b"\xef\xbb\xbf", b"9" * 5000),
    ),
    max_size=20_000,
)
