"""All attacks: what is sent, on which protocols, and why not on others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.attacks import answers, floods, holding, probes
from bench.attacks.field import Attacker

NO_HTTP = "no HTTP"
NO_PARSER = "does not parse messages"
NO_SESSIONS = "no sessions"
NO_STORE = "keeps no messages"
NO_NAMES = "names are up to the program"
NO_ENGINE = "no Engine.IO"
NO_FRAMES = "no such frames"

_KIB, _MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Attack:
    """One row of the table.

    :ivar sends: what the attackers do, for the table.
    :ivar ways: what is done by each protocol, by the key of its ``Wire``.
    :ivar absent: why it does not apply to a server, by the key of the ``Victim``.
    :ivar options: of this server, besides its defaults; ``{words}`` is a word list.
    :ivar keep_bytes: what its options permit its database to become.
    :ivar full: whether this server begins with a store full of messages.
    :ivar times: how many times as long as others it takes.
    :ivar stops: whether the server receives SIGTERM during the attack.
    """

    key: str
    title: str
    sends: str
    ways: Mapping[str, Attacker]
    absent: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    keep_bytes: int = 1 << 30
    full: bool = False
    times: float = 1.0
    stops: bool = False


def everywhere(attacker: Attacker) -> dict[str, Attacker]:
    """The same on every protocol."""
    return dict.fromkeys(("line", "json", "socketio", "websocket", "irc"), attacker)


def only(attacker: Attacker, *keys: str) -> dict[str, Attacker]:
    """The same on some protocols."""
    return dict.fromkeys(keys, attacker)


_WEB = ("json", "websocket", "socketio")

ATTACKS = (
    Attack(
        "empty",
        "Empty lines and frames",
        "as many as are taken, of lines and frames without content; `6` on Engine.IO",
        floods.EMPTY,
    ),
    Attack(
        "tiny",
        "Tiny messages",
        "as many messages of one letter as are taken",
        floods.TINY,
    ),
    Attack(
        "refused",
        "Refusals that nobody reads",
        "unknown commands and invalid JSON, as many as are taken",
        floods.REFUSED,
        {"ws": NO_PARSER},
    ),
    Attack(
        "registering",
        "Answers before the registration",
        "`CAP LS`, `PING` and unknown commands of clients that do not register, as "
        "many as are taken, and nobody reads the answers",
        floods.REGISTERING,
        dict.fromkeys(("ws", "socketio"), "no registration"),
    ),
    Attack(
        "guesses",
        "Guessed passwords",
        "logins with a wrong password, each under another name, as many as are taken; "
        "`OPER` on IRC",
        floods.GUESSES,
        dict.fromkeys(("ws", "socketio"), NO_NAMES),
    ),
    Attack(
        "renames",
        "Renames",
        "as many renames as are taken, to the same 1,000 names",
        floods.RENAMES,
        dict.fromkeys(("ws", "socketio"), NO_NAMES),
    ),
    Attack(
        "pings",
        "Pings whose answers nobody reads",
        "pings of 125 bytes; telnet's TIMING-MARK; PING of IRC",
        floods.PINGS,
    ),
    Attack(
        "fragments",
        "Endless fragments",
        "a WebSocket message of empty fragments; a line of single bytes in packets of "
        "their own",
        floods.FRAGMENTS,
    ),
    Attack(
        "payloads",
        "Payloads of tiny packets",
        'POSTs of 1 MB of `6`, `3` and `42["x"]`',
        only(floods.payloads, "socketio"),
        {"ws": NO_ENGINE, "inspircd": NO_ENGINE},
    ),
    Attack(
        "burst",
        "A burst of long lines",
        f"{floods.BURST_LINES} messages of 4 KB at once by each (400 bytes on IRC)",
        everywhere(floods.burst),
    ),
    Attack(
        "frozen",
        "Readers that never read",
        "half of them read nothing, the others send messages of 4 KB (400 bytes on "
        "IRC), as many as are taken",
        everywhere(floods.frozen),
    ),
    Attack(
        "large",
        "One large message",
        f"one message of {floods.LARGE // _MIB} MiB",
        everywhere(floods.large),
    ),
    Attack(
        "unfinished",
        "Unfinished messages",
        f"{holding.UNFINISHED // _MIB} MiB of a message or line, and then nothing",
        everywhere(holding.unfinished),
    ),
    Attack(
        "longest",
        "Unfinished messages within the limit",
        "as many bytes of a message as this server accepts, less some: 4,000 of a "
        "line, 65,000 of a frame, 990,000 on Engine.IO",
        everywhere(holding.longest),
    ),
    Attack(
        "pinned",
        "Pinned beginnings",
        f"64 KiB of empty lines, and {holding.PINNED} bytes without a line end",
        only(holding.pinned, "line", "irc"),
        {"ws": "no lines", "socketio": "no lines"},
    ),
    Attack(
        "attachments",
        "Attachments that never come",
        "a Socket.IO packet of 900 KB that announces one",
        only(holding.attachments, "socketio"),
        {"ws": "no Socket.IO", "inspircd": "no Socket.IO"},
    ),
    Attack(
        "nesting",
        "Deeply nested JSON",
        f"arrays in {floods.NESTED} and 30,000 others, in events and beside "
        "attachments; again after each refusal",
        only(floods.nesting, "json", "socketio"),
        {"ws": NO_PARSER, "inspircd": NO_PARSER},
    ),
    Attack(
        "bomb",
        "Decompression bomb",
        f"frames that become {floods.BOMB // _MIB} MiB (permessage-deflate)",
        only(floods.bomb, *_WEB),
        {"inspircd": NO_FRAMES},
    ),
    Attack(
        "search",
        "Costly searches",
        f"`\\search` of {len(answers.WORDS)} words that are in each of 200,000 "
        "messages; `WHO *` on IRC",
        only(answers.SEARCH, "line", "json", "irc"),
        {"ws": NO_STORE, "socketio": NO_STORE},
        full=True,
        times=2,
    ),
    Attack(
        "history",
        "Long answers",
        "`\\history 500` of messages of 4 KB, again and again; `LIST` and "
        "`CHATHISTORY` on IRC",
        only(answers.HISTORY, "line", "json", "irc"),
        {"ws": NO_STORE, "socketio": NO_STORE},
        full=True,
    ),
    Attack(
        "away",
        "Many long away texts",
        f"{answers.AWAY} connections from {answers.AWAY_ADDRESSES} addresses, all away "
        "with the longest text that is taken; then a newcomer",
        only(answers.away, "line", "json", "irc"),
        {"ws": "no away texts", "socketio": "no away texts"},
    ),
    Attack(
        "disk",
        "Filling the disk",
        "rooms, topics and messages of 4 KB, as many as are taken; this server has "
        "`--keep-bytes 4MB`",
        everywhere(answers.disk),
        options=("--keep-bytes", "4MB"),
        keep_bytes=4_000_000,
        times=5,
    ),
    Attack(
        "words",
        "Word filter",
        "`a a a …` of 4 KB (400 bytes on IRC), with a list of 5,000 words",
        only(answers.filtered, "line", "irc"),
        dict.fromkeys(("ws", "socketio", "inspircd"), "no filter by default"),
        options=("--filter-words", "{words}"),
    ),
    Attack(
        "ignoring",
        "Everyone ignores",
        "each ignores two others and talks; no name is ASCII",
        only(answers.ignoring, "line"),
        dict.fromkeys(("ws", "socketio", "inspircd"), "nobody can be ignored"),
    ),
    Attack(
        "hoard",
        "Hoarded connections",
        f"{holding.HOARDED:,} connections from one address, which do nothing",
        everywhere(holding.hoard),
    ),
    Attack(
        "churn",
        "Connections that come and go",
        "64 at a time enter and leave, as fast as they can",
        everywhere(holding.churn),
        times=2,
    ),
    Attack(
        "handshakes",
        "Handshakes without end",
        f"{holding.SESSIONS:,} handshakes of Engine.IO on one connection",
        only(holding.handshakes, "socketio"),
        {"ws": NO_ENGINE, "inspircd": NO_ENGINE},
    ),
    Attack(
        "slowloris",
        "Slow request headers",
        "one byte of an HTTP header each second",
        only(holding.slowloris, *_WEB),
        {"inspircd": NO_HTTP},
        times=18,
    ),
    Attack(
        "stop",
        "SIGTERM under flood",
        "8 connections send megabytes, and the server is asked to stop",
        everywhere(probes.stop),
        stops=True,
    ),
    Attack(
        "hosts",
        "DNS rebinding and other sites",
        "`Host` and `Origin` of the attacker; `Origin` alone; two `Host` headers",
        only(probes.hosts, *_WEB),
        {"inspircd": NO_HTTP},
    ),
    Attack(
        "image",
        "Sessions by images",
        '`<img src="…/socket.io/…">` on another site',
        only(probes.image, "socketio"),
        {"ws": NO_ENGINE, "inspircd": NO_HTTP},
    ),
    Attack(
        "form",
        "Forms of other sites",
        "a form of another site posts messages to the port, at once and after 0.5 s",
        everywhere(probes.form),
    ),
    Attack(
        "sessions",
        "Forged sessions",
        "sessions that the server did not issue",
        only(probes.sessions, "json", "socketio"),
        {"ws": NO_SESSIONS, "inspircd": NO_SESSIONS},
    ),
    Attack(
        "names",
        "Look-alike names",
        "names like `alice`, who is there, and like `error`",
        only(probes.names, "line", "json", "irc"),
        {"ws": NO_NAMES, "socketio": NO_NAMES},
    ),
    Attack(
        "escapes",
        "Control characters to others",
        "messages with escape sequences, controls and bidirectional overrides",
        everywhere(probes.escapes),
    ),
    Attack(
        "forged",
        "Forged events",
        "the message `left the chat`",
        only(probes.forged, "line", "websocket"),
        dict.fromkeys(("socketio", "inspircd"), "events are not messages"),
    ),
)

BY_KEY = {attack.key: attack for attack in ATTACKS}
