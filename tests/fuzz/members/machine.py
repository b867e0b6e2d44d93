"""The machine: what all steps share, and what must be true after each.

After every step all devices are read and compared with the reference, and so are the
members who are present and the messages that the store has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from twisted.internet.defer import Deferred

from tests.fuzz.target import expect, expect_equal
from tests.fuzz.world_machine import WorldMachine
from twisted_chat.clients.first_frame import GRACE
from twisted_chat.core.events import Action, Message, Stored
from twisted_chat.core.history_query import HistoryQuery

from .order import Order
from .players import JsonMember, make_player, sorted_chatters
from .samples import ADDRESSES
from .shown import JSON, LINE, SOCKETIO, TEXT, TYPING, WIRES
from .state import IRCS, LOBBY, Device, Login, Member, Post

MAX_DEVICES = 7


class Machine(WorldMachine):
    """Up to seven devices of all kinds, and what each of them is shown.

    :ivar gone: devices that may resume, by number: the rooms that they were in, and
        those of them that were not open to all.
    :ivar expelled: those of them that were banned.
    :ivar tokens: what each token stands for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reference = Order(self.seconds)
        self.devices: dict[int, Device] = {}
        self.gone: dict[int, tuple[Device, Any, list[str], list[str]]] = {}
        self.expelled: set[int] = set()
        self.tokens: dict[str, Login] = {}
        self._count = 0

    def seconds(self) -> float:
        """The time of the server, which may have been restarted."""
        return self.world.clock.seconds()

    # Who does what.

    def device(self, data: st.DataObject, *wires: str) -> Device:
        """One that is connected, by default one on which routes can be typed.

        By IRC, it names one of its rooms.
        """
        found = [
            number
            for number, each in self.devices.items()
            if each.wire in (wires or TYPING)
        ]
        return self._draw(data, found)

    def keeper(self, data: st.DataObject, *wires: str) -> Device:
        """One that more probably may keep order where it talks."""
        found = [
            number
            for number, each in self.devices.items()
            if each.wire in (wires or TYPING)
        ]
        able = [number for number in found if self._decides(self.devices[number])]
        return self._draw(data, (*found, *able * 4))

    def _draw(self, data: st.DataObject, numbers: Sequence[int]) -> Device:
        device = self.devices[data.draw(st.sampled_from(numbers))]
        if device.wire in IRCS:
            rooms = device.member.rooms
            device.named = data.draw(st.sampled_from(rooms)) if rooms else None
            self.players[device.number].room = device.named or LOBBY
        return device

    def _decides(self, device: Device) -> bool:
        room = device.member.room
        return room is not None and self.reference.rank(device.member, room)

    def nick(self, data: st.DataObject) -> str:
        """The name of somebody, mostly of one who is here."""
        present = [each.nick for each in self.reference.members]
        known = [each.name for each in self.reference.accounts]
        return data.draw(st.sampled_from((*present, *present, *known, "dan", "b0b")))

    def has(self, *wires: str) -> bool:
        """Whether any device of these wires is connected."""
        return any(each.wire in wires for each in self.devices.values())

    def types(self, device: Device, line: str) -> None:
        """Have a device type a line."""
        self.players[device.number].types(line.rstrip())

    def nick_of(self, device: Device) -> str:
        """The nickname that the server has chosen for a guest."""
        nick = self.world.chat.pool.clients[device.client_id].nick
        expect(nick.startswith("guest_"), f"a guest is called {nick}")
        return nick

    # What must be true.

    def compare(self) -> None:
        """Everyone was shown what the reference says."""
        self.world.settle()
        self._find_positions()
        for number, device in self.devices.items():
            self.compare_one(device, self.players[number])

    def compare_one(self, device: Device, player: Any) -> None:
        """The same of one device."""
        wanted = sorted_chatters([_with_ids(each) for each in device.expected])
        found = player.reads()
        who = f"{device.number} {device.member.nick} by {device.wire}"
        if len(found) != len(wanted) or not all(map(_matches, found, wanted)):
            expect_equal(found, wanted, who)
        device.expected.clear()
        if isinstance(player, JsonMember) and device.login and player.token:
            self.tokens.setdefault(player.token, device.login)

    def _find_positions(self) -> None:
        """The store has those messages that the reference says, in their order."""
        for name in {post.room for post in self.reference.posts}:
            kept = self.reference.kept(name, closed=True)
            found = self._stored(name)
            texts = [(each.nick, each.text) for each, _ in found]
            wanted = [(post.nick, post.text) for post in kept]
            expect_equal(texts, wanted, f"what the store has of #{name}")
            for post, (_, position) in zip(kept, found, strict=True):
                post.position = position

    def _stored(self, room: str) -> list[tuple[Message | Action, str]]:
        """The messages of a room in the store, with their positions."""
        results: list[tuple[Stored, ...]] = []

        async def read() -> None:
            history = self.world.journal.history
            results.append(await history.page(HistoryQuery(room, 500)))

        Deferred.fromCoroutine(read())
        self.world.settle()
        (found,) = results
        return [
            (each.event, each.position)
            for each in found
            if isinstance(each.event, Message | Action)
        ]

    @invariant()
    def everyone_was_shown_what_the_reference_says(self) -> None:
        """And is present where it says, with as many devices."""
        self.compare()
        pool = self.world.chat.pool
        rooms = {name for each in self.reference.members for name in each.rooms}
        wanted = {
            name: sorted(each.nick for each in self.reference.inside(name))
            for name in rooms
        }
        expect_equal(self.nicks_by_room(), wanted, "who is present")
        devices = {
            each.nick: len(each.client_ids) for each in pool.presence.members.values()
        }
        wanted_devices = {
            each.nick: len(each.devices) for each in self.reference.members
        }
        expect_equal(devices, wanted_devices, "the devices of each member")

    @invariant()
    def every_connection_is_open(self) -> None:
        """Nobody is disconnected but those who are banned."""
        for number, player in self.players.items():
            expect(not player.is_closed, f"the connection of {number} is closed")

    # Arriving.

    def new_device(self, wire: str, peer: str) -> Device:
        """A device that nobody knows yet."""
        self._count += 1
        return Device(self._count, wire, peer, Member(""))

    def _connect(self, wire: str, peer: str) -> None:
        device = self.new_device(wire, peer)
        known = set(self.world.chat.pool.clients)
        player = make_player(self.world, wire, peer)
        self.attach(device, player, known)

    def attach(
        self,
        device: Device,
        player: Any,
        known: set[str],
        account: Any = None,
        nick: str = "",
    ) -> None:
        """A client has connected: it is in the chat, or is told why not.

        :param nick: that it has asked for, by IRC.
        """
        self.world.settle()
        if device.wire == JSON:
            self.world.clock.advance(GRACE)
            self.world.settle()
            self.reference.end_wait()
        reference = self.reference
        present = reference.member_of(account)
        asked = nick or (account.name if account else "guest_0")
        nick = present.nick if present else asked
        why = reference.turned_away(device, nick, account)
        if why is not None:
            reference.refuse(device, why)
            self.is_turned_away(device, player)
            return
        (own,) = set(self.world.chat.pool.clients) - known or ("",)
        device.client_id = own
        if account is None and own and device.wire not in IRCS:
            nick = self.nick_of(device)
        wanted = () if device.wire in IRCS else (LOBBY,)
        if not reference.arrive(device, nick, account, wanted=wanted):
            self.is_turned_away(device, player)
            return
        self.players[device.number] = player
        self.devices[device.number] = device

    def is_turned_away(self, device: Device, player: Any) -> None:
        """A client that connects is told why it may not come in, and disconnected."""
        self.compare_one(device, player)
        expect(player.is_closed, "a client that may not come in is still connected")
        player.goes()
        self.world.settle()

    @rule(wire=st.sampled_from(WIRES), peer=st.sampled_from(ADDRESSES))
    @precondition(lambda self: len(self.players) < MAX_DEVICES)
    def connect(self, wire: str, peer: str) -> None:
        """Somebody connects as a guest."""
        self._connect(wire, peer)

    # Leaving.

    def is_gone(
        self, device: Device, *, may_resume: bool = True, banned: bool = False
    ) -> None:
        """The connection of a device is lost."""
        rooms = list(device.member.rooms)
        closed = [name for name in rooms if self.reference.room(name).is_closed]
        player = self.players.pop(device.number)
        del self.devices[device.number]
        player.goes()
        self.world.settle()
        self.reference.leave_chat(device)
        if device.wire in (LINE, *IRCS) or banned or not may_resume:
            self.reference.end_roles(device)
        device.expected.clear()
        if device.wire == JSON and may_resume:
            self.gone[device.number] = device, player, rooms, closed

    def expel(self, devices: list[Device]) -> None:
        """Devices are told that they are banned, and disconnected."""
        self.world.settle()
        self._find_positions()
        for device in devices:
            player = self.players[device.number]
            self.compare_one(device, player)
            expect(player.is_closed, "a banned client is still connected")
        # A session of Engine.IO ends as it is closed, the last one first; the others
        # end with their connections.
        ended = [each for each in devices if each.wire == SOCKETIO]
        left = [each for each in devices if each.wire != SOCKETIO]
        for device in (*reversed(ended), *left):
            self.is_gone(device, banned=True)
            self.expelled.add(device.number)
        self.have_someone_type()

    def have_someone_type(self) -> None:
        """There is always a device on which routes can be typed."""
        if not self.has(*TYPING):
            self._connect(TEXT, f"192.0.2.{self._count % 250 + 1}")

    @rule(seconds=st.sampled_from((0.113, 1.071, 15.037, 30.041)))
    def wait(self, seconds: float) -> None:
        """Time passes; heartbeats are answered."""
        self.world.clock.advance(seconds)
        self.world.settle()
        self.reference.end_wait()


def _with_ids(value: Any) -> Any:
    """What is expected, with the ids of messages in place of the messages."""
    if isinstance(value, Post):
        return value.position
    if isinstance(value, dict):
        return {key: _with_ids(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_ids(each) for each in value]
    return value


def _matches(found: Any, wanted: Any) -> bool:
    """Whether something is as expected, which may be a pattern."""
    if isinstance(wanted, re.Pattern):
        return isinstance(found, str) and wanted.match(found) is not None
    return bool(found == wanted)
