"""A Redis within the test: what our scripts do, in Python, without a port.

``tests/end_to_end/test_redis_journal.py`` runs the same tests against a real one, so
that the two cannot drift apart unnoticed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from twisted_chat.journals.redis import scripts
from twisted_chat.journals.redis.connector import ANSWER
from twisted_chat.journals.redis.entries import Place
from twisted_chat.journals.redis.errors import RedisError, broken, explain

Word = str | bytes | int
Stream = list[tuple[Place, bytes]]


def text_of(word: Word) -> str:
    return (
        word.decode("utf-8", "surrogatepass") if isinstance(word, bytes) else f"{word}"
    )


class FakeLine:
    """One connection to a ``FakeRedis``."""

    where = "fake:1"

    def __init__(self, redis: FakeRedis) -> None:
        self.redis = redis
        self.open = True
        self.gone: Deferred[str] = Deferred()
        self.hanging: list[Deferred[Any]] = []
        self.asked: list[tuple[str, ...]] = []

    async def call(self, *words: Word, within: float = ANSWER) -> Any:
        self.asked.append(tuple(text_of(word) for word in words[:2]))
        if not self.open:
            raise broken(self.where, "closed the connection")
        overdue = self.redis.clock.callLater(within, self.drop, "does not answer")
        try:
            if self.redis.frozen:
                await self.hang()
            found = self.redis.answer(self, *words)
            if isinstance(found, Deferred):
                self.hanging.append(found)
                found = await found
            if self.redis.lose_answers and words[0] == "EVALSHA":
                self.redis.lose_answers -= 1
                self.drop("closed the connection")
                raise broken(self.where, "closed the connection")
            return found
        finally:
            if overdue.active():
                overdue.cancel()

    async def hang(self) -> None:
        waiting: Deferred[None] = Deferred()
        self.hanging.append(waiting)
        await waiting

    def drop(self, why: str) -> None:
        if self.open:
            self.open = False
            hanging, self.hanging = self.hanging, []
            for one in hanging:
                if not one.called:
                    one.errback(broken(self.where, why))
            self.gone.callback(why)

    def lost(self) -> Deferred[str]:
        return self.gone


class FakeRedis:
    """See the module.

    :ivar down: why it cannot be connected to.
    :ivar frozen: it answers nothing.
    :ivar says: command or script name -> the error that it answers.
    :ivar lose_answers: so many scripts are run but their answer is lost.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.down: RedisError | None = None
        self.frozen = False
        self.says: dict[str, str] = {}
        self.lose_answers = 0
        self.lines: list[FakeLine] = []
        self.waiting: list[tuple[Place, Deferred[Any]]] = []
        self.forget()

    def forget(self) -> None:
        """Lose everything."""
        self.streams: defaultdict[str, Stream] = defaultdict(list)
        self.added: defaultdict[str, int] = defaultdict(int)
        self.topics: dict[str, str] = {}
        self.servers: dict[str, int] = {}
        self.leases: dict[str, float] = {}
        self.last: dict[str, int] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.names: dict[str, tuple[str, str]] = {}
        self.number = 0
        self.born = round(self.clock.seconds() * 1000)
        self.format = 1

    async def dial(self) -> FakeLine:
        if self.down is not None:
            raise self.down
        self.lines = [line for line in self.lines if line.open]
        line = FakeLine(self)
        self.lines.append(line)
        return line

    def cut(self) -> None:
        """Close all connections."""
        for line in list(self.lines):
            line.drop("closed the connection")

    # Commands.

    def answer(self, line: FakeLine, *asked: Word) -> Any:
        name, words = text_of(asked[0]).lower(), asked[1:]
        if name == "evalsha":
            name = next(s.name for s in scripts.SCRIPTS if s.sha == words[0])
            words = words[2:]
        if name in self.says:
            raise explain(line.where, self.says[name])
        run: Callable[..., Any] = getattr(self, f"do_{name}")
        if name == "xread":
            return run(Place.of_id(text_of(words[-1]).encode()))
        return run(*(text_of(word) for word in words))

    def do_script(self, _load: str, _text: str) -> bytes:
        return b"sha"

    def do_hget(self, _key: str, room: str) -> bytes | None:
        found = self.topics.get(room)
        return None if found is None else found.encode("utf-8", "surrogatepass")

    def do_xread(self, after: Place) -> Any:
        new = [one for one in self.streams["chat:live"] if one[0] > after]
        if new:
            return [[b"chat:live", [entry(*one) for one in new]]]
        waiting: Deferred[Any] = Deferred()
        self.waiting.append((after, waiting))
        return waiting

    def do_xrange(self, key: str, start: str, _end: str, *_count: str) -> Any:
        wanted = Place.of_id(start.encode())
        return [entry(*one) for one in self.streams[key] if one[0] == wanted]

    def do_xrevrange(self, key: str, end: str, _start: str, _c: str, n: str) -> Any:
        place = Place.of_id(end.removeprefix("(").encode())
        found = [
            one
            for one in reversed(self.streams.get(key, []))
            if one[0] < place or (one[0] == place and not end.startswith("("))
        ]
        return [entry(*one) for one in found[: int(n)]]

    # Scripts.

    def do_enter(self, server: str, lease: str, batch: str) -> list[int]:
        if self.format != 1:
            return [self.format, 0]
        new = server not in self.servers
        self.servers.setdefault(server, int(batch))
        self.leases[server] = self.clock.seconds() + int(lease) / 1000
        return [1, int(new)]

    def do_beat(self, server: str, lease: str, since: str, last: str) -> list[int]:
        now = round(self.clock.seconds() * 1000)
        if server not in self.servers:
            return [now, 0, 0, 0]
        self.leases[server] = self.clock.seconds() + int(lease) / 1000
        dead = left = 0
        if (
            int(since)
            and now - int(last) < int(lease) / 2
            and now - int(since) > int(lease)
        ):
            for other in list(self.servers):
                if self.leases[other] <= self.clock.seconds():
                    left += self.bury(other)
                    dead += 1
        return [now, 1, dead, left]

    def do_leave(self, server: str) -> int:
        return self.bury(server)

    def do_fence(self, server: str, batch: str) -> int:
        if server not in self.servers:
            return self.last.get(server, 0)
        last = self.servers[server]
        self.servers[server] = max(last, int(batch))
        return last

    def do_claim(self, server: str, who: str, *keys: str) -> bytes:
        if server not in self.servers:
            return b"LOST"
        if any(self.names.get(key, (server, who))[1] != who for key in keys):
            return b"TAKEN"
        self.names.update(dict.fromkeys(keys, (server, who)))
        return b"OK"

    def do_release(self, server: str, who: str, *keys: str) -> bytes:
        for key in keys:
            if self.names.get(key) == (server, who):
                del self.names[key]
        return b"OK"

    def do_people(self) -> list[bytes]:
        found = [b"0", b"0", b"0"]
        if self.number:
            place = self.streams["chat:live"][-1][0]
            found = [f"{place.ms}".encode(), f"{self.number}".encode(), b"0"]
        for who, person in self.people.items():
            data = {key: person[key] for key in ("nick", "rooms", "away")}
            found += [
                person["server"].encode(),
                who.encode(),
                json.dumps(data).encode(),
            ]
        return found

    def do_since(
        self, ms: str, number: str, limit: str, count: str, *names: str
    ) -> Any:
        after = Place(int(ms), int(number))
        if after.ms < self.born or after.number > self.number:
            return b"PARTLY"
        found: list[bytes] = []
        for index, name in enumerate(names):
            kinds = ("whispers",) if index < int(count) else ("room", "topic")
            for kind in kinds:
                kept = self.streams.get(f"chat:{kind}:{name}", [])
                trimmed = self.added[f"chat:{kind}:{name}"] > len(kept)
                if trimmed and (not kept or kept[0][0] > after):
                    return b"PARTLY"
                for place, data in kept:
                    if place > after:
                        found += [place.id.encode(), data]
        return b"PARTLY" if len(found) > 2 * int(limit) else found

    def do_append(self, server: str, batch: str, keep: str, *words: str) -> bytes:
        if server not in self.servers:
            return b"LOST"
        if int(batch) <= self.servers[server]:
            return b"OLD"
        self.servers[server] = int(batch)
        events: list[tuple[str, ...]] = []
        for at in range(0, len(words), 5):
            self.happen(server, words[at : at + 5], events)
        return self.publish(events, int(keep))

    # What scripts share.

    def happen(
        self, server: str, event: tuple[str, ...], events: list[tuple[str, ...]]
    ) -> None:
        what, who, third, nick, _data = event
        if what in ("room", "topic", "direct", ""):
            events.append(event)
            return
        person = self.people.get(who)
        if person is not None and person["server"] != server:
            if what != "join":
                return
            events.append(gone(who, person["nick"], "moved"))
            del self.people[who]
            person = None
        events.append(event)
        if what == "quit":
            self.people.pop(who, None)
        elif what == "join":
            person = self.people.setdefault(who, {"rooms": "", "away": ""})
            person |= {"server": server, "nick": nick}
            rooms = dict.fromkeys([*person["rooms"].split(), third])
            person["rooms"] = " ".join(rooms)
        elif person is not None:
            if what == "leave":
                rooms = dict.fromkeys(person["rooms"].split())
                rooms.pop(third, None)
                person["rooms"] = " ".join(rooms)
            else:
                person[{"rename": "nick", "away": "away"}[what]] = third

    def publish(self, events: list[tuple[str, ...]], keep: int) -> bytes:
        if not events:
            return b""
        ms = round(self.clock.seconds() * 1000)
        for event in events:
            self.number += 1
            self.keep(event, Place(ms, self.number), keep)
        place = Place(ms, self.number)
        data = "[" + ",".join(event[4] for event in events) + "]"
        one = (place, data.encode("utf-8", "surrogatepass"))
        self.streams["chat:live"].append(one)
        waiting, self.waiting = self.waiting, []
        # As the real one does, after the answer to whoever wrote.
        for _, reader in waiting:
            if not reader.called:
                self.clock.callLater(
                    0, self._wake, reader, [[b"chat:live", [entry(*one)]]]
                )
        return place.id.encode()

    def _wake(self, reader: Deferred[Any], found: Any) -> None:
        if not reader.called:
            reader.callback(found)

    def keep(self, event: tuple[str, ...], place: Place, keep: int) -> None:
        what, first, second, _third, data = event
        one = (place, data.encode("utf-8", "surrogatepass"))
        keys: list[str] = []
        if what == "room":
            keys = [f"chat:room:{first}"]
        elif what == "topic":
            keys = [f"chat:topic:{first}"]
            self.topics[first] = second
        elif what == "direct":
            keys = [f"chat:whispers:{who}" for who in dict.fromkeys((first, second))]
        for key in keys:
            self.streams[key].append(one)
            self.added[key] += 1
            if what == "room":
                del self.streams[key][: max(0, len(self.streams[key]) - keep)]

    def bury(self, server: str) -> int:
        """Everyone of a server is gone."""
        events = [
            gone(who, person["nick"], "dead")
            for who, person in self.people.items()
            if person["server"] == server
        ]
        for event in events:
            del self.people[event[1]]
        self.names = {k: v for k, v in self.names.items() if v[0] != server}
        if server in self.servers:
            self.last[server] = self.servers.pop(server)
        self.publish(events, 0)
        return len(events)


def gone(who: str, nick: str, key: str) -> tuple[str, ...]:
    return ("quit", who, "", "", json.dumps(["Gone", key, nick, who]))


def entry(place: Place, data: bytes) -> list[Any]:
    """One entry of a stream, as Redis answers it."""
    return [place.id.encode(), [b"e", data]]
