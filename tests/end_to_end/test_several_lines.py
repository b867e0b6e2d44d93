"""A program that is pasted arrives whole, on every wire, while others talk."""

from __future__ import annotations

import json
from itertools import chain

from tests.end_to_end.clients import Expecting
from tests.end_to_end.requirements import require_program
from tests.end_to_end.test_socketio_clients import SocketIOTestCase
from tests.end_to_end.test_websocket_clients import ClientTestCase

FUNCTIONS = [
    (
        f"def f{n}(x):",
        f"\tif x > {n}:",
        f"\t\treturn {n}",
        "",
        f"    return x - {n}",
        "",
    )
    for n in range(14)
]
LAST = "# the end, größer 👋"
EVENT = "left the chat"
PROGRAM = [*chain(*FUNCTIONS), EVENT, "/quit", "", "\t \tlast()", "", LAST]
TEXT = "\n".join(PROGRAM)
SHOWN = [
    f'coder: "{EVENT}"' if line == EVENT else f"coder: {line}".rstrip()
    for line in PROGRAM
]
TALKERS = ("ann", "ben", "cat", "dan", "eve", "fay")


class PastedProgramTests(SocketIOTestCase, ClientTestCase):
    """Of 90 lines, with tabs, indentation and blank lines."""

    def shown_to(self, terminal: Expecting) -> list[str]:
        """The lines that a terminal shows from the first of the program to its last."""
        seen = terminal.expect(f"coder: {LAST}").replace("\r", "").split("\n")
        return seen[seen.index(SHOWN[0]) :]

    def test_program_arrives_unchanged_on_every_wire(self) -> None:
        """With nothing between its lines, while six others talk."""
        server = self.start("--flood", "off", "--history", "500")
        talkers = [self.connect(server, nick) for nick in TALKERS]
        port = str(server.port)
        terminals = [
            self.terminal(require_program(name), "127.0.0.1", port)
            for name in ("nc", "telnet")
        ]
        for terminal in terminals:
            terminal.expect("joined the chat")
        page = self.connect_socketio(server)
        page.do("emit", "join", "page")
        page.until("event", "add chatter", "fay")
        text = self.websocket(server, "/ws?nick=text")
        coder = self.websocket(server, "/?format=json&nick=coder")
        reader = self.websocket(server, "/?format=json&nick=reader")
        reader.expect('"joined"')

        for number in range(40):
            for talker in talkers:
                talker.say(f"about {number}", f"and {number}")
            if number == 20:
                sent = TEXT.replace("\n", "\r\n") + "\n\n"
                coder.ask(type="message", text=sent, ref="1")

        message = json.loads(reader.expect('"from":"coder"'))
        self.assertEqual(message["text"], TEXT)
        answer = json.loads(coder.expect('"ref":"1"'))
        self.assertEqual((answer["type"], answer["id"]), ("ok", message["id"]))
        self.assertEqual(page.said(f"coder: {TEXT}")[-1], f"coder: {TEXT}")
        for terminal in terminals:
            self.assertEqual(self.shown_to(terminal), SHOWN)
        frames = [text.expect(SHOWN[0])]
        while frames[-1] != SHOWN[-1]:
            frames.append(text.expect(""))
        self.assertEqual(frames, SHOWN)

        # It is one message of the history, too, which words on any line find.
        reader.ask(type="command", text="\\search größer", ref="2")
        found = json.loads(reader.expect('"ref":"2"'))["messages"]
        self.assertEqual([one["id"] for one in found], [message["id"]])
        late = self.connect(server)
        late.say("\\search größer")
        late.expect("found (1): größer\r\n")
        lines = late.expect(f"coder: {LAST}").split("\r\n")
        self.assertEqual([line[len("2026-11-26 12:01 ") :] for line in lines], SHOWN)
