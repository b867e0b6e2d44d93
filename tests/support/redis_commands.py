"""The commands of Redis that the journal and its scripts use, on data in memory.

They are plain commands and know nothing of the chat.  Texts are bytes, as in Redis.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Id = tuple[int, int]
"""The id of an entry in a stream."""


NODE_SIZE = 10
"""Entries of a node of a stream; in Redis there are 100, unless they are long."""


@dataclass
class Node:
    """A node of a stream, as it is in memory and in the file of Redis.

    :ivar ids: of the entries in it that are not deleted.
    :ivar content: of all that were added to it, until none of them is left.
    """

    ids: set[Id] = field(default_factory=set)
    content: list[bytes] = field(default_factory=list)


@dataclass
class Stream:
    """A stream: entries with increasing ids.

    :ivar added: how many entries were added, with those that were trimmed.
    """

    entries: list[tuple[Id, list[bytes]]] = field(default_factory=list)
    last: Id = (0, 0)
    added: int = 0
    nodes: list[Node] = field(default_factory=list)

    def add(self, position: Id, fields: list[bytes]) -> None:
        """Add an entry at the end."""
        self.entries.append((position, fields))
        self.last = position
        self.added += 1
        if not self.nodes or len(self.nodes[-1].ids) >= NODE_SIZE:
            self.nodes.append(Node())
        self.nodes[-1].ids.add(position)
        self.nodes[-1].content += fields

    def delete(self, ids: set[Id]) -> int:
        """Delete entries; their content stays in nodes that have others."""
        before = len(self.entries)
        self.entries = [entry for entry in self.entries if entry[0] not in ids]
        for node in self.nodes:
            node.ids -= ids
        self.nodes = [node for node in self.nodes if node.ids]
        return before - len(self.entries)


class ReplyError(Exception):
    """An error reply, as ``ERR no such key``."""


class RedisCommands:
    """One database.

    :param seconds: the time.
    :ivar data: the values, by key: ``bytes``, ``dict`` (hashes), ``Stream``, and
        dicts of scores for sorted sets.
    :ivar persistence: what ``INFO persistence`` replies.
    :ivar rewritten: how often the append-only file was rewritten.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.persistence = b"aof_enabled:0"
        self.rewritten = 0
        self.data: dict[bytes, Any] = {}
        self._expires_at: dict[bytes, float] = {}

    def call(self, name: bytes, *arguments: bytes) -> Any:
        """Run a command: its reply, with ``None`` for a null reply."""
        self._delete_expired()
        command = getattr(self, f"do_{name.decode().lower()}", None)
        if command is None:
            raise ReplyError(f"ERR unknown command '{name.decode()}'")
        reply = command(*arguments)
        # An empty hash or sorted set does not exist; an empty stream does.
        if arguments and self.data.get(arguments[0]) == {}:
            del self.data[arguments[0]]
        return reply

    def hash(self, key: str) -> dict[str, str]:
        """A hash as text, for tests."""
        self._delete_expired()
        found = self.data.get(key.encode(), {})
        return {name.decode(): value.decode() for name, value in found.items()}

    def stream(self, key: str) -> Stream:
        """A stream, for tests and for ``XREAD``."""
        self._delete_expired()
        stream: Stream = self.data.setdefault(key.encode(), Stream())
        return stream

    def content(self) -> bytes:
        """All bytes of all values, for tests."""
        parts: list[bytes] = []
        for key, value in self.data.items():
            parts.append(key)
            match value:
                case Stream(nodes=nodes):
                    parts += (part for node in nodes for part in node.content)
                case bytes():
                    parts.append(value)
                case _:
                    parts += (repr(each).encode() for each in value.items())
        return b"\n".join(parts)

    def _delete_expired(self) -> None:
        now = self._seconds()
        for key in [key for key, at in self._expires_at.items() if at <= now]:
            self.do_del(key)

    def do_info(self, _section: bytes) -> bytes:
        return self.persistence

    def do_bgrewriteaof(self) -> bytes:
        self.rewritten += 1
        return b"Background append only file rewriting started"

    # Keys and strings.

    def do_time(self) -> list[bytes]:
        microseconds = round(self._seconds() * 1_000_000)
        return [b"%d" % part for part in divmod(microseconds, 1_000_000)]

    def do_exists(self, *keys: bytes) -> int:
        return sum(key in self.data for key in keys)

    def do_del(self, *keys: bytes) -> int:
        for key in keys:
            self._expires_at.pop(key, None)
        return sum(self.data.pop(key, None) is not None for key in keys)

    def do_unlink(self, *keys: bytes) -> int:
        return self.do_del(*keys)

    def do_rename(self, key: bytes, new: bytes) -> bytes:
        self.data[new] = self.data.pop(key)
        return b"OK"

    def do_expire(self, key: bytes, seconds: bytes) -> int:
        if key not in self.data:
            return 0
        self._expires_at[key] = self._seconds() + int(seconds)
        return 1

    def do_get(self, key: bytes) -> bytes | None:
        value: bytes | None = self.data.get(key)
        return value

    def do_set(self, key: bytes, value: bytes, unit: bytes, duration: bytes) -> bytes:
        self.data[key] = value
        seconds = int(duration) / {b"EX": 1, b"PX": 1000}[unit]
        self._expires_at[key] = self._seconds() + seconds
        return b"OK"

    # Hashes.

    def do_hset(self, key: bytes, *pairs: bytes) -> int:
        found = self.data.setdefault(key, {})
        before = len(found)
        found.update(zip(pairs[::2], pairs[1::2], strict=True))
        return len(found) - before

    def do_hsetnx(self, key: bytes, name: bytes, value: bytes) -> int:
        if name in self.data.get(key, {}):
            return 0
        return self.do_hset(key, name, value)

    def do_hget(self, key: bytes, name: bytes) -> bytes | None:
        value: bytes | None = self.data.get(key, {}).get(name)
        return value

    def do_hmget(self, key: bytes, *names: bytes) -> list[bytes | None]:
        return [self.do_hget(key, name) for name in names]

    def do_hexists(self, key: bytes, name: bytes) -> int:
        return int(name in self.data.get(key, {}))

    def do_hdel(self, key: bytes, *names: bytes) -> int:
        found = self.data.get(key, {})
        return sum(found.pop(name, None) is not None for name in names)

    def do_hlen(self, key: bytes) -> int:
        return len(self.data.get(key, {}))

    def do_hkeys(self, key: bytes) -> list[bytes]:
        return list(self.data.get(key, {}))

    def do_hgetall(self, key: bytes) -> list[bytes]:
        pairs = self.data.get(key, {}).items()
        return [part for pair in pairs for part in pair]

    # Sorted sets.

    def do_zadd(self, key: bytes, *arguments: bytes) -> int:
        """``ZADD key [NX|XX] score member``."""
        *condition, score, member = arguments
        scores = self.data.get(key, {})
        is_new = member not in scores
        if condition == [b"XX" if is_new else b"NX"]:
            return 0
        self.data.setdefault(key, scores)[member] = float(score)
        return int(is_new)

    def do_zrem(self, key: bytes, member: bytes) -> int:
        return int(self.data.get(key, {}).pop(member, None) is not None)

    def do_zrange(self, key: bytes, first: bytes, last: bytes) -> list[bytes]:
        return [name for name, _ in self._ranked(key)][int(first) : int(last) + 1]

    def do_zrangebyscore(
        self, key: bytes, _least: bytes, most: bytes, _limit: bytes, *range_: bytes
    ) -> list[bytes]:
        """``ZRANGEBYSCORE key -inf (most LIMIT 0 number``."""
        found = [name for name, at in self._ranked(key) if at < float(most[1:])]
        return found[: int(range_[1])]

    def do_zscan(
        self, key: bytes, cursor: bytes, _count: bytes, count: bytes
    ) -> list[Any]:
        start, end = int(cursor), int(cursor) + int(count)
        ranked = self._ranked(key)
        page = [part for name, at in ranked[start:end] for part in (name, b"%d" % at)]
        return [b"%d" % (end if end < len(ranked) else 0), page]

    def _ranked(self, key: bytes) -> list[tuple[bytes, float]]:
        scores: dict[bytes, float] = self.data.get(key, {})
        return sorted(scores.items(), key=lambda each: (each[1], each[0]))

    def do_zcard(self, key: bytes) -> int:
        return len(self.data.get(key, {}))

    # Streams.

    def do_xadd(self, key: bytes, *rest: bytes) -> bytes:
        """``XADD key [MAXLEN|MINID [~] threshold] id field value...``."""
        trim = b""
        threshold = b"0"
        if rest[0] in (b"MAXLEN", b"MINID"):
            trim, *rest = (part for part in rest if part != b"~")  # type: ignore[assignment]
            threshold, *rest = rest  # type: ignore[assignment]
        entry_id, *fields = rest
        stream: Stream = self.data.setdefault(key, Stream())
        position = parse_id(entry_id)
        if position <= stream.last:
            raise ReplyError("ERR The ID specified in XADD is equal or smaller")
        stream.add(position, fields)
        if trim == b"MAXLEN":
            excess = max(0, len(stream.entries) - int(threshold))
            if excess:
                stream.delete({entry[0] for entry in stream.entries[:excess]})
        else:
            self.do_xtrim(key, b"MINID", b"=", threshold)
        return entry_id

    def do_xtrim(
        self, key: bytes, _minid: bytes, how: bytes, threshold: bytes, *limit: bytes
    ) -> int:
        """``XTRIM key MINID =|~ threshold [LIMIT number]``."""
        stream: Stream = self.data[key]
        excess = bisect.bisect_left(
            stream.entries, parse_id(threshold), key=lambda entry: entry[0]
        )
        if how == b"~":
            excess = min(excess, int(limit[1])) // NODE_SIZE * NODE_SIZE
        if excess:
            stream.delete({entry[0] for entry in stream.entries[:excess]})
        return excess

    def do_xdel(self, key: bytes, *ids: bytes) -> int:
        return self.data[key].delete(set(map(parse_id, ids))) if key in self.data else 0

    def do_xsetid(
        self, key: bytes, last: bytes, _added: bytes, added: bytes, *_deleted: bytes
    ) -> bytes:
        """``XSETID key last ENTRIESADDED added [MAXDELETEDID id]``."""
        stream: Stream = self.data[key]
        if stream.entries and parse_id(last) < stream.entries[-1][0]:
            raise ReplyError("ERR The ID specified in XSETID is smaller")
        if int(added) < len(stream.entries):
            raise ReplyError("ERR The entries_added specified in XSETID is smaller")
        stream.last, stream.added = parse_id(last), int(added)
        return b"OK"

    def do_xlen(self, key: bytes) -> int:
        return len(self.data[key].entries) if key in self.data else 0

    def do_memory(self, _usage: bytes, key: bytes) -> int:
        return sum(30 + sum(map(len, e[1])) for e in self.data[key].entries)

    def do_xrange(
        self, key: bytes, start: bytes, end: bytes, *count: bytes
    ) -> list[Any]:
        """``XRANGE key start end [COUNT number]``."""
        found = self._between(key, start, end)
        limit = int(count[1]) if count else len(found)
        return [show_entry(entry) for entry in found[:limit]]

    def do_xrevrange(
        self, key: bytes, end: bytes, start: bytes, _count: bytes, limit: bytes
    ) -> list[Any]:
        found = self._between(key, start, end)
        return [show_entry(entry) for entry in found[::-1][: int(limit)]]

    def _between(self, key: bytes, start: bytes, end: bytes) -> list[Any]:
        if end == b"(0-0":
            raise ReplyError("ERR invalid end ID for the interval")
        stream: Stream = self.data.get(key, Stream())
        return [
            entry
            for entry in stream.entries
            if _is_after(entry[0], start) and _is_before(entry[0], end)
        ]

    def do_xinfo(self, _stream: bytes, key: bytes) -> list[Any]:
        stream: Stream = self.data[key]
        first = show_entry(stream.entries[0]) if stream.entries else None
        return [
            *(b"length", len(stream.entries)),
            *(b"entries-added", stream.added),
            *(b"first-entry", first),
            *(b"radix-tree-keys", len(stream.nodes)),
            *(b"last-generated-id", b"%d-%d" % stream.last),
        ]


def parse_id(text: bytes) -> Id:
    """The id of an entry; without a number, the first of its millisecond."""
    ms, _, number = text.partition(b"-")
    return int(ms), int(number or 0)


def show_entry(entry: tuple[Id, list[bytes]]) -> list[Any]:
    """An entry as Redis replies it."""
    (ms, number), fields = entry
    return [b"%d-%d" % (ms, number), fields]


def _is_after(position: Id, start: bytes) -> bool:
    if start == b"-":
        return True
    if start.startswith(b"("):
        return position > parse_id(start[1:])
    return position >= parse_id(start)


def _is_before(position: Id, end: bytes) -> bool:
    if end == b"+":
        return True
    if end.startswith(b"("):
        return position < parse_id(end[1:])
    return position <= parse_id(end)
