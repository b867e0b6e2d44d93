"""The reference of those who arrive, leave and come back, by whichever device."""

from __future__ import annotations

from collections.abc import Sequence

from . import shown
from .reference import Entry
from .samples import keys_of
from .shown import HIDE_OWN_JOINS, JSON, LINE, LINES, SOCKETIO
from .snapshots import Snapshots
from .state import IRCS, LOBBY, Account, Device, Member, Post

Since = tuple[int, list[str]]


class Coming(Snapshots):
    """Arrivals and departures."""

    def turned_away(
        self,
        device: Device,
        nick: str,
        account: Account | None = None,
        *,
        resumes: bool = False,
    ) -> str | None:
        """Why a device that connects is disconnected at once; a pattern.

        :param nick: that it will have.
        :param account: that it will be logged in to.
        :param resumes: it has a session.
        """
        if account is not None and device.wire in (SOCKETIO, *IRCS):
            # It logs in before anything else is known.
            if account.is_operator:
                return None
            return self.ban_of({account.subject}, device.peer)
        # At first only its address and its session are known.
        subjects = {device.subject} if resumes else set()
        present = self.with_id(device.subject) if resumes else None
        if present is None or not present.is_operator:
            banned = self.ban_of(subjects, device.peer)
            if banned is not None:
                return banned
        if account is not None and account.is_operator:
            return None
        subjects = {device.subject}
        subjects |= {account.subject} if account else keys_of(nick)
        return self.ban_of(subjects, device.peer)

    def arrive(
        self,
        device: Device,
        nick: str,
        account: Account | None = None,
        *,
        wanted: Sequence[str] = (LOBBY,),
        former: Sequence[str] = (),
        since: int | None = None,
    ) -> bool:
        """A device is there, and is welcomed.

        :param account: that it is logged in to.
        :param wanted: the rooms that it asks for.
        :param former: those of them that it was in, and that are not open to all.
        :param since: it resumes, and was shown everything up to this.
        :returns: whether there was a room that it may join; IRC clients need none.
        """
        present = self.member_of(account)
        member = present or Member(nick, account, [device])
        device.member = member
        self._arrivals += 1
        device.arrived = self._arrivals
        rooms = list(wanted)
        if present is not None:
            asked = [] if rooms == [LOBBY] else rooms
            new = [each for each in asked if each not in present.rooms]
            rooms = new or present.rooms[-1:] or rooms
        opened = self._let_in(device, rooms, former)
        if not opened and device.wire not in IRCS:
            return False
        for name in opened:
            room = self.room(name)
            if self.is_vacant(room):
                self.open(room, member)
        if present is None:
            self.members.append(member)
        elif device not in present.devices:
            present.devices.append(device)
        for name in opened:
            self._enter(device, name, since, is_last=name == opened[-1])
        if not opened:
            self._welcome(device, since)
        self.close_rooms()
        return True

    def _let_in(
        self, device: Device, rooms: list[str], former: Sequence[str]
    ) -> list[str]:
        """The rooms that a device which arrives may join."""
        opened: list[str] = []
        refused: list[str] = []
        needed = () if device.wire in IRCS else (LOBBY,)
        for name in dict.fromkeys((*rooms, *needed)):
            if name == LOBBY and opened and LOBBY not in rooms:
                break
            member, why = device.member, None
            if name not in member.rooms:
                returns = name in former
                why = self.may_enter(member, device.peer, name, returns=returns)
            if why is None:
                opened.append(name)
            else:
                refused.append(why)
        for why in refused if opened else refused[-1:]:
            self.refuse(device, why)
        return opened

    def _enter(
        self, device: Device, name: str, since: int | None, *, is_last: bool
    ) -> None:
        """A device that arrives joins one of its rooms."""
        member = device.member
        is_new = name not in member.rooms
        if is_new:
            member.rooms.append(name)
        self.seq += is_new
        own = device.expected
        device.expected = []
        others = [each for each in member.devices if each is not device]
        if is_new:
            for each in others:
                history = self.history(member, name)
                self.snapshot(each, name, history, more=bool(history))
            hidden = [each for each in member.devices if each.wire in HIDE_OWN_JOINS]
            who = shown.joined(name, member.nick, member.account_name, member.away)
            self.show(who, [name], but=hidden)
            for each in others:
                self.talks_in(each)
        after, device.expected = device.expected, own
        if is_last:
            self._welcome(device, since)
            device.expected += after
            if device.wire == LINE:
                device.expected.append("\\help lists what you can type")

    def _welcome(self, device: Device, since: int | None) -> None:
        member, room = device.member, device.member.room or LOBBY
        device.last_seq = self.seq
        history = self.history(member, room)
        if device.wire in LINES:
            device.expected.append(f"Welcome, {member.nick}!")
            if topic := self.room(room).topic:
                device.expected.append(f"topic of #{room}: {topic}")
            for post in history:
                device.expected += shown.message(post).on(LINE)
        elif device.wire in IRCS:
            device.expected.append(f"welcome {member.nick}")
            for name in (*member.rooms[-1:], *member.rooms[:-1]):
                self.snapshot(device, name, self.history(member, name), more=False)
        elif device.wire == JSON:
            is_back = since is not None
            shows = [] if is_back else history
            device.expected.append(self.welcome(device, shows, recovered=is_back))
            if since is not None:
                self._replay(device, since)
            for name in member.rooms[:-1]:
                posts = [] if is_back else self.history(member, name)
                self.snapshot(device, name, posts, more=bool(posts))

    # Replay.

    def _replay(self, device: Device, since: int) -> None:
        """A device is shown what it has missed."""
        member, edited = device.member, set[Post]()
        found = [
            entry
            for entry in reversed(self.entries)
            if entry.seq > since and self._was_missed(member, entry, since, edited)
        ]
        for entry in reversed(found):
            what = entry.shown or shown.message(entry.posts[0])
            if entry.kind == "edited":
                post = entry.posts[0]
                what = shown.edited(post, entry.nick, entry.by)
            device.expected.append(what.frame)

    def _was_missed(
        self, member: Member, entry: Entry, since: int, edited: set[Post]
    ) -> bool:
        if self.ignores(member, entry.by):
            return False
        if entry.kind == "dm":
            return member.id in entry.people
        if entry.room not in member.rooms:
            return False
        if entry.is_closed and not member.is_operator:
            return False
        posts = entry.posts
        if entry.kind == "post":
            return not posts[0].is_deleted
        if entry.kind == "deleted":
            return any(post.seq <= since for post in posts)
        if entry.kind == "edited":
            post = posts[0]
            is_old = post.seq > since or post.is_deleted or post in edited
            edited.add(post)
            return not is_old
        return True

    # Departures.

    def leave_chat(self, device: Device, *, shown_to_all: bool = True) -> None:
        """A device is gone, and its member if it was the last.

        :param shown_to_all: not while the server stops.
        """
        member = device.member
        if member.devices == [device]:
            self.members.remove(member)
            if shown_to_all:
                self.show(shown.left(None, member.nick), member.rooms)
            if member.account is not None:
                member.account.since = self.seq, list(member.rooms)
        else:
            member.devices.remove(device)
        if shown_to_all:
            self.close_rooms()

    def end_roles(self, device: Device) -> None:
        """A device cannot come back: nobody has what it was as a guest."""
        for room in self.rooms.values():
            room.end_roles({device.subject})

    # What an account has missed.

    def tell_missed(self, device: Device, since: Since | None) -> None:
        """A device has logged in, and its account was away."""
        account = device.member.account
        if since is None or account is None:
            return
        seq, rooms = since
        dms = [
            each
            for each in self.entries
            if each.kind == "dm"
            and each.seq > seq
            and each.people[1] == account.subject
            and each.people[0] != account.subject
        ]
        heard = [each for each in dms if not self.ignores(device.member, each.by)]
        posts: list[Post] = []
        for name in rooms:
            kept = [each for each in self.posts if each.room == name]
            kept = [each for each in kept if not each.is_deleted]
            # What an account was shown when it said something itself is not missed.
            own = [each.seq for each in kept if each.account is account]
            posts += (each for each in kept if each.seq > max((seq, *own[-1:])))
        said: list[str] = []
        if heard:
            what = "message" if len(heard) == 1 else "messages"
            said.append(f"{len(heard)} private {what} came while you were away")
        if posts:
            what = "message" if len(posts) == 1 else "messages"
            # By IRC, no route is typed.
            route = "" if device.wire in IRCS else " (\\history)"
            said.append(f"{len(posts)} {what} since you left{route}")
        texts = [each.shown for each in heard if each.shown]
        if device.wire == JSON:
            device.expected += [each.frame for each in texts]
            if said:
                self.notice(device, *said)
        elif device.wire in IRCS:
            self.notice(device, *said)
            for each in texts:
                device.expected += each.on(device.wire)
        else:
            if heard:
                self.notice(device, said.pop(0))
            for each in texts:
                device.expected += each.on(device.wire)
            if said:
                self.notice(device, *said)
        account.since = self.seq, list(device.member.rooms)
