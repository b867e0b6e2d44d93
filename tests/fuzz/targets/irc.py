"""Two IRC clients that send anything, and what they and others are shown.

The input is a list of lines: after ``i``, one of a client that is in the chat, and
after ``u``, one of a client that has not registered.
"""

from __future__ import annotations

from tests.fuzz.model.players import JsonPlayer, LinePlayer
from tests.fuzz.target import Target, expect, expect_harmless
from tests.fuzz.targets.irc_message import parse_long
from tests.fuzz.world import World, no_failure_logged
from tests.support.memory import Wire
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.clients.irc.message import MAX_BODY, MAX_CLIENT_TAGS

_CAPABILITIES = (
    b"account-tag batch draft/chathistory draft/event-playback draft/message-redaction "
    b"draft/multiline draft/read-marker echo-message labeled-response message-tags "
    b"multi-prefix server-time standard-replies"
)
_TEXTS = ("text", "nick", "from", "to", "room", "topic")
"""Fields that are shown to people."""

_TIME = 1.0
"""Seconds that pass with each line."""


def check(data: bytes) -> None:
    """Send these lines, and read what everyone is sent."""
    with no_failure_logged():
        world = World()
        line, program = LinePlayer(world), JsonPlayer(world)
        world.clock.advance(GRACE)
        senders = {
            b"i": _registered(world, b"bob"),
            b"u": world.connect("192.0.2.8"),
        }
        watcher = _registered(world, b"eve")
        senders[b"u"].send(b"CAP LS 302\r\n")
        world.settle()
        for step in data.split(b"\n"):
            sender = senders.get(step[:1])
            if sender is not None and sender.connected and not sender.disconnecting:
                sender.send(step[1:] + b"\r\n")
            world.clock.advance(_TIME)
            world.settle()
        for shown in line.reads():
            expect_harmless(str(shown))
        for fields in program.reads():
            for name in _TEXTS:
                value = fields.get(name)
                if isinstance(value, str):
                    expect_harmless(value, lines=name == "text")
        for each in (*senders.values(), watcher):
            _check_lines(each.take())


def _registered(world: World, nick: bytes) -> Wire:
    """A client that is in the lobby, with all that there is to negotiate."""
    wire = world.connect(f"192.0.2.{nick[0]}")
    wire.send(
        b"CAP REQ :%b\r\nNICK %b\r\nUSER %b 0 * :%b\r\nCAP END\r\nJOIN #lobby\r\n"
        % (_CAPABILITIES, nick, nick, nick)
    )
    world.settle()
    expect(b" 366 " in wire.take(), "the client is not let in")
    return wire


def _check_lines(data: bytes) -> None:
    *lines, rest = data.split(b"\r\n")
    expect(not rest, f"a line without its end: {rest!r}")
    for line in lines:
        tags = line.index(b" ") if line.startswith(b"@") else 0
        expect(tags <= 2 * MAX_CLIENT_TAGS, f"tags of {tags} bytes")
        body = line[tags:].lstrip(b" ")
        expect(len(body) <= MAX_BODY, f"a line of {len(body)} bytes: {body[:60]!r}")
        expect(not {0, 10, 13} & set(line), f"a control character: {line!r}")
        message = parse_long(line + b"\r\n")
        expect(message.source and message.command, f"not a message: {line!r}")


TARGET = Target(
    check,
    seeds=(
        b"iPRIVMSG #lobby :hi all\niPRIVMSG eve :psst\niNOTICE #lobby :\x01ACTION x",
        b"iNAMES :#a b\niNAMES ::\niWHOIS :a b\niWHOIS ::\niWHOWAS ::\niWHO ::",
        b"iCAP :a b\nuCAP :a b\niHELP ::\niMODE #lobby :+o a b\niKICK #lobby :a b",
        b"iMODE ::\niTOPIC ::\niPART ::\niINVITE :: ::\niMARKREAD ::\niREDACT :: ::",
        b"iMONITOR + ::,a b,eve\niUSERHOST ::\niISON ::\niLIST ::\niSTATS ::",
        b"uNICK ::\nuUSER a 0 * ::\nuPING ::\nuNICK bob\nuNICK ann\nuCAP END",
        b"uAUTHENTICATE PLAIN\nuAUTHENTICATE +\nuAUTHENTICATE ::\nuPASS ::",
        b"iMODE #lobby +b\niMODE #lobby +b a!b@c\niMODE bob +B\niMODE bob -i",
        b"iJOIN #tea key\niMODE #tea +kl key 5\niMODE #tea +b $a:x\niJOIN 0",
        b"iBATCH +1 draft/multiline #lobby\ni@batch=1 PRIVMSG #lobby :a\niBATCH -1",
        b"iCHATHISTORY LATEST #lobby * 5\niCHATHISTORY TARGETS ::",
        b"i@label=1;+typing=active TAGMSG #lobby\ni@label=2 PING x\ni@label=3 X",
        b"iREGISTER * * ::\niNICKSERV :IDENTIFY a b\niOPER a b\niKILL eve ::",
        b"iAWAY :lunch\niSETNAME :B\niAWAY\niQUIT ::",
        b"iWHOIS " + b"x" * 480 + b"\niNAMES #" + b"y" * 480 + b"\ni" + b"Z" * 500,
    ),
    tokens=(
        *(b"\ni", b"\nu", b" ", b":", b" :", b"::", b",", b"#", b"#lobby", b"#tea"),
        *(b"@label=1 ", b"@batch=1 ", b"+draft/reply=", b"=", b";", b"$a:", b"*!*@"),
        *(b"NICK ", b"USER ", b"JOIN ", b"PART ", b"PRIVMSG ", b"NOTICE ", b"MODE "),
        *(b"TOPIC ", b"KICK ", b"INVITE ", b"WHO ", b"WHOIS ", b"WHOWAS ", b"NAMES "),
        *(b"LIST ", b"CAP ", b"LS 302", b"REQ ", b"END", b"AUTHENTICATE ", b"PLAIN"),
        *(
            b"CHATHISTORY ",
            b"LATEST ",
            b"BETWEEN ",
            b"TARGETS ",
            b"timestamp=",
            b"msgid=",
        ),
        *(b"MONITOR ", b"MARKREAD ", b"REDACT ", b"BATCH ", b"TAGMSG ", b"REGISTER "),
        *(
            b"+b",
            b"-k",
            b"+l",
            b"+o",
            b"eve",
            b"bob",
            b"%tcuihsnfdlaor",
            b"\x01",
            b"\x03",
        ),
        *("ſ".encode(), "\U0001f600".encode(), b"\xff", b"x" * 480),
    ),
    max_size=2000,
)
