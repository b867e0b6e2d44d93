"""The reference of what a device is shown of a room as a whole."""

from __future__ import annotations

from typing import Any

from . import shown
from .reference import Reference
from .shown import JSON, LINE, LINES, SOCKETIO
from .state import IRC, IRCS, LOBBY, Account, Device, Post


class Snapshots(Reference):
    """Rooms, as they are when a device joins them."""

    def snapshot(
        self, device: Device, name: str, history: list[Post], *, more: bool
    ) -> None:
        """A device is shown a room that it has joined."""
        topic = self.room(name).topic
        if device.wire in LINES:
            if topic:
                device.expected.append(f"topic of #{name}: {topic}")
            mark = "" if device.member.rooms == [name] else f"[#{name}] "
            for post in history:
                device.expected += shown.message(post).on(LINE, mark)
        elif device.wire == JSON:
            device.expected += [
                {"type": "topic", "room": name, "text": topic},
                {"type": "who", "room": name, **self.who_is_in(name)},
                {
                    "type": "history",
                    "room": name,
                    "messages": [shown.message(post).frame for post in history],
                    "more": more,
                },
            ]
        elif device.wire in IRCS:
            self._irc_snapshot(device, name, history)
        elif name == LOBBY:
            for post in history:
                device.expected += shown.message(post).on(SOCKETIO)
            self.list_chatters(device)

    def _irc_snapshot(self, device: Device, name: str, history: list[Post]) -> None:
        member, topic = device.member, self.room(name).topic
        what = shown.joined(name, member.nick, member.account_name, member.away)
        device.expected += what.on(device.wire)
        if topic:
            device.expected.append(f"topic of #{name}: {topic}")
        self.list_names(device, name)
        for post in history:
            device.expected += shown.message(post).on(device.wire)

    def list_names(self, device: Device, name: str) -> None:
        """An IRC client is shown who is in a room, and who has which role there."""
        room, names = self.room(name), []
        for member in self.inside(name):
            roles = {"@": room.operators, "+": room.voices}
            prefixes = [each for each in roles if room.has_role(roles[each], member)]
            most = 1 if device.wire == IRC else 2
            names.append("".join(prefixes[:most]) + member.nick)
        line = f"names #{name}: {' '.join(sorted(names))}"
        device.expected.append(line.rstrip())

    def list_chatters(self, device: Device) -> None:
        """A Socket.IO client is shown who is in the lobby."""
        nicks = sorted(each.nick for each in self.inside(LOBBY))
        device.expected += [["add chatter", nick] for nick in nicks]

    def welcome(
        self, device: Device, history: list[Post], *, recovered: bool = False
    ) -> dict[str, Any]:
        """The object that welcomes a JSON client."""
        member, room = device.member, device.member.room or LOBBY
        account = member.account
        return {
            "type": "welcome",
            "account": account.name if account else None,
            **(self._kept_for(account) if account else {}),
            "nick": member.nick,
            "room": room,
            "rooms": list(member.rooms),
            "topic": self.room(room).topic,
            "recovered": recovered,
            "may_register": True,
            "password_min": 8,
            "history": [shown.message(post).frame for post in history],
            **self.who_is_in(room),
        }

    def _kept_for(self, account: Account) -> dict[str, Any]:
        """What the welcome says of an account: nobody marks what is read."""
        ignored = self.ignored_by(account)
        return {"read": {}, "read_direct": {}, "ignored": ignored}
