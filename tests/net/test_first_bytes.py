"""Detection of a protocol by the first bytes of a connection."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.net.first_bytes import (
    Match,
    ends_in_http_version,
    foreign_name,
    foreign_protocol,
    http_request,
    irc_client,
    ssh_banner,
    tls_hello,
)

REQUESTS = (
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.0\n",
    b"POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: x\r\n\r\nbody",
    b"OPTIONS * HTTP/1.1\r\n",
    b"GET http://chat.example/ HTTP/1.1\r\n",
    b"GET https://chat.example/ HTTP/1.1\r\n",
    b"patch /x HTTP/1.1\r\n",
    b"X-own.method!# /x?y=z HTTP/1.1\r\n",
    b"PRI * HTTP/2.0\r\n",
    b"CONNECT chat.example:3000 HTTP/1.1\r\n",
)

MALFORMED_REQUESTS = (
    b"GET /a b HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n\r\n",
    b"GET /?nick=jay&rooms=tea,bad room HTTP/1.1\r\n",
    b"GET\t/ HTTP/1.1\r\n",
    b"GET /\tHTTP/1.1\r\n",
    b"GET  / HTTP/1.1\r\n",
    b"GET / HTTP/1.1 \r\n",
    b"GET / http/1.1\n",
    b"GET / HTTP/2\n",
    b"GET / HTTP/1.1\rHost: x\r",
    b"GET index.html HTTP/1.1\r\n",
    b"GET well soon HTTP/1.1\r\n",
    b"GET HTTP/1.1\r\n",
    b"CONNECT  HTTP/1.1\r\n",
    b"X-own /a b HTTP/1.1\r\n",
    b"\r\nGET / HTTP/1.1\r\n",
    "GET /grüße \0 HTTP/1.1\r\n".encode(),
)

LINES = (
    b"hello\n",
    b"GET well soon\n",
    b"GET /well soon\r\n",
    b"GET / HTTP\n",
    b"see http://chat.example/\n",
    b"I love HTTP/1.1\n",
    b"POST\r\n",
    b"CONNECT me to bob\r\n",
    b"/who lobby\n",
    b"either / or\n",
    b"GET the book on HTTP/1.1 please\n",
    b"GET well soon\rHTTP/1.1\n",
    b"GETTING on with HTTP/1.1\n",
    b"\r\nGET well soon\n",
    b"\\nick bob\n",
    b" / HTTP/1.1\n",
    "grüße / HTTP/1.1\n".encode(),
)


FOREIGN_CLIENTS = (
    ("PROXY", b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 3000\r\nGET / HTTP/1.1\r\n"),
    ("PROXY", b"PROXY UNKNOWN\r\n"),
    ("PROXY", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"),
    ("SMTP", b"EHLO x\r\n"),
    ("SMTP", b"ehlo [192.0.2.1]\r\n"),
    ("SMTP", b"HELO mail.example\r\n"),
    ("SMTP", b"MAIL FROM:<a@example>\r\n"),
    ("SMTP", b"QUIT\r\n"),
    ("FTP", b"AUTH TLS\r\n"),
    ("POP3", b"CAPA\r\n"),
    ("IMAP", b"a001 CAPABILITY\r\n"),
    ("IMAP", b"A1 LOGIN bob secret\r\n"),
    ("IMAP", b"a LOGIN bob secret\r\n"),
    ("HTTP/0.9", b"GET /\r\n"),
    ("HTTP/0.9", b"GET /index.html\n"),
    ("NNTP", b"MODE READER\r\n"),
    ("Redis", b"*1\r\n$4\r\nPING\r\n"),
    ("Redis", b"AUTH secret\r\n"),
    ("memcached", b"set key 0 60 5\r\nvalue\r\n"),
    ("RDP", b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"),
    ("SIP", b"OPTIONS sip:x SIP/2.0\r\n"),
    ("SIP", b"REGISTER sips:example.com SIP/2.0\r\n"),
    ("RTSP", b"DESCRIBE rtsp://x RTSP/1.0\r\n"),
    ("RTSP", b"OPTIONS * RTSP/1.0\r\n"),
    ("ICAP", b"OPTIONS icap://x/y ICAP/1.0\r\n"),
    ("JSON-RPC", b'{"jsonrpc": "2.0", "method": "eth_accounts"}\n'),
    ("JSON-RPC", b'{"id": 1, "method": "mining.subscribe", "params": []}\n'),
    ("JSON-RPC", b'[{"jsonrpc":"2.0","method":"net_version","id":1}]\n'),
    ("JSON-RPC", b'{\n  "jsonrpc": "2.0"'),
    ("JSON-RPC", b"Content-Length: 52\r\n\r\n{}"),
    ("adb", b"CNXN\0\0\0\x01\0\0\x10\0"),
    ("NATS", b'CONNECT {"verbose":false}\r\n'),
    ("STOMP", b"CONNECT\naccept-version:1.2\n\n\0"),
    ("XMPP", b"<?xml version='1.0'?><stream:stream "),
    ("Flash", b"<policy-file-request/>\0"),
    ("git", b"0032git-upload-pack /x.git\0host=x\0"),
    ("Subversion", b"( 2 ( edit-pipeline ) 9:svn://x/y ) "),
    ("rsync", b"@RSYNCD: 31.0\n"),
    ("VNC", b"RFB 003.008\n"),
    ("BitTorrent", b"\x13BitTorrent protocol\0\0\0"),
    ("T3", b"t3 12.2.1\nAS:255\n"),
    ("JDWP", b"JDWP-Handshake"),
    ("syslog", b"<34>Oct 11 22:14:15 host su: failed\n"),
    ("syslog", b"<165>1 2003-10-11T22:14:15Z host app - - - hi\n"),
    ("FIX", b"8=FIX.4.2\x019=65\x01"),
    ("SOCKS", b"\x05\x01\0"),
    ("SOCKS", b"\x04\x01\0\x50\xc0\0\x02\x01bob\0"),
    ("LDAP", b"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\0\x80\0"),
    ("PostgreSQL", b"\0\0\0\x08\x04\xd2\x16\x2f"),
    ("PostgreSQL", b"\0\0\0\x29\0\x03\0\0user\0bob\0"),
    ("SMB", b"\0\0\0\x85\xffSMB"),
    ("a binary protocol", b"\x10\x18\0\x04MQTT\x04"),
    ("a binary protocol", b"AMQP\0\0\x09\x01"),
    ("a binary protocol", b":\0\0\0\xa7\x41\0\0\0\0\0\0\xd4\x07\0\0"),
)

CHAT_LINES = (
    *LINES,
    b"QUIT smoking\n",
    b"PASS me the salt\n",
    b"JOIN us\n",
    b"PING\r\n",
    b"NICK\r\n",
    b"nick bob\r\n",
    b"helo\x08lo\n",
    b"HELO my friends\r\n",
    b"quit\r\n",
    b"get well\r\n",
    b"set the table\r\n",
    b"{x}\n",
    b'{"text": "hi"}\n',
    b"hello\r\0",
    b"\r\0hello\r\0",
    b"\r\n\r\nhello\r\n",
    b"\xff\xfd\0\xff\xfb\0\xff\xfa\x18\0xterm\xff\xf0",
    b"\x03\n",
    b"<3 you\n",
    b"8=D\n",
    b"0 to 60 in 3 s\n",
    b"\\nick alice\r\nhi\0there\n",
    "привет\n".encode(),
)


class ForeignTests(unittest.SynchronousTestCase):
    """Clients of protocols that are not served."""

    def test_client_of_another_protocol_is_known(self) -> None:
        """By name, also after empty lines."""
        for name, first in FOREIGN_CLIENTS:
            self.assertEqual(foreign_name(first), name, first)
            self.assertIs(foreign_protocol(first), Match.YES)
            if name != "PROXY":
                self.assertEqual(foreign_name(b"\r\n" + first), name, first)

    def test_line_of_the_chat_is_not(self) -> None:
        """A person types it first."""
        for first in CHAT_LINES:
            self.assertIsNone(foreign_name(first), first)
            self.assertIs(foreign_protocol(first), Match.NO, first)

    def test_start_of_a_first_line_is_not_decided_on(self) -> None:
        """However the network cuts it."""
        for name, first in FOREIGN_CLIENTS:
            if first.startswith((b"{\n", b"CONNECT\n")):
                # Known by two lines, if they come together.
                continue
            found = [foreign_protocol(first[:n]) for n in range(len(first) + 1)]
            known = found.index(Match.YES)
            self.assertEqual(set(found[:known]), {Match.MORE}, name)
            self.assertEqual(set(found[known:]), {Match.YES}, name)


class HttpTests(unittest.SynchronousTestCase):
    """HTTP requests are notified from what people type."""

    def test_request_is_detected_with_any_method(self) -> None:
        """Well-formed or not; no part of its first line is anything else."""
        for request in REQUESTS + MALFORMED_REQUESTS:
            self.assertIs(http_request(request), Match.YES, request)
            whole = re.search(rb"HTTP/[\d.]+ *", request, re.IGNORECASE)
            assert whole is not None
            line = request[: whole.end()]
            self.assertIs(http_request(line), Match.LIKELY, line)
            for end in range(len(line)):
                match = http_request(line[:end])
                self.assertIn(match, (Match.MORE, Match.LIKELY), line[:end])

    def test_chat_line_is_not_a_request(self) -> None:
        """Even if it starts like one."""
        for line in LINES:
            self.assertIs(http_request(line), Match.NO, line)

    def test_bytes_are_detected_as_soon_as_possible(self) -> None:
        """A line that cannot be a request needs no line ending."""
        for line in (b"hello world", b"\xff\xfd", b"get well", b"either or"):
            self.assertIs(http_request(line), Match.NO, line)
        for line in (b"", b"\r\n", b"GET", b"GET ", b"FOO h", b"FOO http:/"):
            self.assertIs(http_request(line), Match.MORE, line)
        # Their line ending decides; silence means no.
        for line in (b"GET w", b"GET / a", b"GET / HTTX", b"either / or"):
            self.assertIs(http_request(line), Match.MORE, line)
        for line in (b"GET /", b"GET /x ", b"GET /x HTTP/1.", b"GET http://x"):
            self.assertIs(http_request(line), Match.LIKELY, line)

    def test_long_line_is_detected_by_its_end(self) -> None:
        """The HTTP version decides."""
        self.assertTrue(ends_in_http_version(b"aaaa HTTP/1.1"))
        self.assertFalse(ends_in_http_version(b"aaaa HTTP/1.1 is old"))

    @given(
        st.from_regex(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}", fullmatch=True),
        st.from_regex(r"/[ -~]{0,50}", fullmatch=True),
    )
    def test_every_request_that_a_page_can_send_is_detected(
        self, method: str, path: str
    ) -> None:
        """Any token as method, any path."""
        line = f"{method} {path} HTTP/1.1\r\n".encode()
        self.assertIs(http_request(line), Match.YES)

    @given(st.binary(max_size=60))
    def test_no_never_becomes_yes(self, data: bytes) -> None:
        """Further bytes do not change the answer."""
        matches = [http_request(data[:end]) for end in range(len(data) + 1)]
        if Match.NO in matches:
            self.assertEqual(set(matches[matches.index(Match.NO) :]), {Match.NO})


IRC_CLIENTS = (
    b"CAP LS 302\r\nNICK bob\r\n",
    b"\r\nCAP LS\r\n",
    b"NICK bob\n",
    b"NICK :bob\r\n",
    b"USER bob 0 * :Bob\r\n",
    b"PASS secret\r\n",
    b"AUTHENTICATE PLAIN\r\n",
    b"PING x\r\n",
    b"QUIT :gone\r\n",
    b"JOIN #tea\r\n",
)

NOT_IRC = (
    b"nick bob\r\n",
    b"NICK\r\n",
    b"NICKNAMES ARE FUN\r\n",
    b"NICK \r\n",
    b"PASS the salt\n",
    b"JOIN us\n",
    b"QUIT\r\n",
    b"PRIVMSG #tea :hi\r\n",
    b"hello\r\nNICK bob\r\n",
)


class OtherTests(unittest.SynchronousTestCase):
    """IRC, TLS and SSH."""

    def test_irc_client_is_detected_by_its_first_command(self) -> None:
        """Once its line is complete, however it is cut."""
        for first in IRC_CLIENTS:
            self.assertIs(irc_client(first), Match.YES, first)
            end = first.index(b"\n", 2)
            for size in range(end):
                self.assertIs(irc_client(first[:size]), Match.MORE, first[:size])

    def test_what_a_person_types_is_not_irc(self) -> None:
        """Small letters, no parameter, or the line end of a terminal."""
        for first in NOT_IRC:
            self.assertIs(irc_client(first), Match.NO, first)

    def test_tls_handshake_is_detected(self) -> None:
        """By its first two bytes, which nobody types."""
        self.assertIs(tls_hello(b"\x16\x03\x01\x02"), Match.YES)
        self.assertIs(tls_hello(b"\x16"), Match.MORE)
        self.assertIs(tls_hello(b"\x16x"), Match.NO)
        self.assertIs(tls_hello(b"hello"), Match.NO)

    def test_ssh_banner_is_detected(self) -> None:
        """Of every version."""
        self.assertIs(ssh_banner(b"SSH-2.0-OpenSSH_9.2\r\n"), Match.YES)
        self.assertIs(ssh_banner(b"SS"), Match.MORE)
        self.assertIs(ssh_banner(b"ssh"), Match.NO)
