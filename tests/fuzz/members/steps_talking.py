"""Steps of talking: messages, corrections, rooms and questions."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .samples import AWAY, KEYS, ROOMS, SEVERAL_LINES, TEXTS
from .shown import ASKING, JSON, SOCKETIO, TYPING
from .state import IRCS, Device
from .steps_accounts import AccountSteps


class TalkingSteps(AccountSteps):
    """People who talk."""

    def say(self, device: Device, text: str) -> None:
        """Somebody says something."""
        self.players[device.number].says(text)
        self.reference.say(device, text)

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def talk(self, data: st.DataObject, text: str) -> None:
        """Somebody says something."""
        self.say(self.device(data, *ASKING, SOCKETIO), text)

    @rule(data=st.data())
    @precondition(lambda self: self.has(JSON, SOCKETIO))
    def talk_in_several_lines(self, data: st.DataObject) -> None:
        """Somebody says something of several lines."""
        self.say(self.device(data, JSON, SOCKETIO), SEVERAL_LINES)

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def act(self, data: st.DataObject, text: str) -> None:
        """Somebody does something."""
        device = self.device(data, *ASKING)
        self.types(device, f"\\me {text}")
        self.reference.say(device, text, "action")

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def whisper(self, data: st.DataObject, text: str) -> None:
        """Somebody sends a direct message."""
        device, nick = self.device(data, *ASKING), self.nick(data)
        self.players[device.number].whispers(nick, text)
        self.reference.whisper(device, nick, text)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Somebody deletes its last message."""
        device = self.device(data)
        self.types(device, "\\delete")
        self.reference.delete(device)

    @rule(data=st.data(), count=st.integers(1, 4))
    def delete_of(self, data: st.DataObject, count: int) -> None:
        """Somebody deletes the last messages of someone."""
        device, nick = self.keeper(data), self.nick(data)
        self.types(device, f"\\delete {nick} {count}")
        self.reference.delete(device, nick, count)

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def edit(self, data: st.DataObject, text: str) -> None:
        """Somebody corrects its last message."""
        device = self.device(data)
        self.types(device, f"\\edit {text}")
        self.reference.edit(device, text)

    @rule(data=st.data(), text=st.sampled_from(TEXTS[:2]))
    def set_topic(self, data: st.DataObject, text: str) -> None:
        """Somebody sets the topic."""
        device = self.device(data, *ASKING)
        self.types(device, f"\\topic {text}")
        self.reference.set_topic(device, text)

    @rule(data=st.data(), text=st.sampled_from(AWAY))
    def go_away(self, data: st.DataObject, text: str) -> None:
        """Somebody is away, or back."""
        device = self.device(data, *ASKING)
        self.types(device, f"\\away {text}")
        self.reference.set_away(device, text)

    # Ignoring.

    @rule(data=st.data())
    def ignore(self, data: st.DataObject) -> None:
        """An account ignores another one."""
        device, nick = self.device(data), self.nick(data)
        if device.account is None:
            return
        other = self.reference.named(nick)
        if other is None or other.account is not None:
            self.types(device, f"\\ignore {nick}")
            self.reference.ignore(device, nick)

    @rule(data=st.data())
    def unignore(self, data: st.DataObject) -> None:
        """An account ignores another one no longer."""
        device = self.device(data)
        if device.account is not None and device.account.ignored:
            number = min(device.account.ignored)
            self._unignore(device, number)

    def _unignore(self, device: Device, number: int) -> None:
        assert device.account is not None
        self.types(device, f"\\unignore {device.account.ignored[number]}")
        self.reference.unignore(device, number)

    def _is_ignored_by_none(self, device: Device) -> bool:
        account = device.account
        if account is None:
            return True
        ignoring = [
            each for each in self.reference.accounts if account.number in each.ignored
        ]
        for each in (*ignoring, account):
            member = self.reference.member_of(each)
            devices = member.devices if member else []
            typing = [one for one in devices if one.wire in TYPING]
            if not typing:
                return False
            numbers = list(each.ignored) if each is account else [account.number]
            for number in numbers:
                self._unignore(typing[0], number)
        # What is typed next may be refused at once.
        self.compare()
        return True

    # Rooms.

    @rule(
        data=st.data(),
        room=st.sampled_from((*ROOMS, *ROOMS, "lobby")),
        key=st.sampled_from(("", *KEYS)),
    )
    def join(self, data: st.DataObject, room: str, key: str) -> None:
        """Somebody joins a room."""
        device = self.device(data, *ASKING)
        self.types(device, f"\\join {room} {key}")
        self.reference.join(device, room, key)

    @rule(data=st.data())
    def leave_room(self, data: st.DataObject) -> None:
        """Somebody leaves the room in which it talks."""
        device = self.device(data, *ASKING)
        self.types(device, "\\leave")
        self.reference.leave(device)

    @rule(data=st.data(), room=st.sampled_from((*ROOMS, "lobby")))
    def ask_who(self, data: st.DataObject, room: str) -> None:
        """Somebody asks who is in a room."""
        device = self.device(data, *ASKING)
        self.types(device, f"\\who {room}")
        self.reference.who(device, room)

    @rule(data=st.data(), count=st.integers(1, 5), room=st.sampled_from(ROOMS))
    def ask_history(self, data: st.DataObject, count: int, room: str) -> None:
        """Somebody asks what was said; a JSON client in any room."""
        device = self.device(data)
        if device.wire == JSON:
            self.players[device.number].asks_history(room, count)
            self.reference.ask_history(device, room, count)
        elif device.member.room is not None:
            self.types(device, f"\\history {count}")
            self.reference.ask_history(device, device.member.room, count)

    @rule(data=st.data())
    def list_rooms(self, data: st.DataObject) -> None:
        """Somebody asks which rooms there are."""
        device = self.device(data, *ASKING)
        self.types(device, "\\rooms")
        self.reference.list_rooms(device)

    @rule(data=st.data(), text=st.sampled_from(("", "see you")))
    @precondition(lambda self: len(self.players) > 1)
    def quit(self, data: st.DataObject, text: str) -> None:
        """Somebody leaves, perhaps with a last message, and cannot resume.

        By IRC, that is not a message of a room.
        """
        device = self.device(data, *ASKING)
        member = device.member
        self.types(device, f"\\quit {text}")
        name = None if device.wire in IRCS else member.room
        if text and name and self.reference.may_talk(member, device.peer, name) is None:
            self.reference.say(device, text, "message")
            if device.wire == JSON:
                device.expected.pop()
        self.world.settle()
        self.is_gone(device, may_resume=False)
        self.have_someone_type()
