// What each frame of the server means for what this person knows.
//
// Pure.  Each function takes the chat, the frame, and what the frame answers, if it
// answers something; it may return effects (see state.js).

import { mentions } from "./mentions.js";
import { fold } from "./names.js";
import { isSpoken, keyOf } from "./place.js";

const send = (frame) => ({ do: "send", frame });
const timeOf = (chat, frame) => Date.parse(frame.time) || chat.now();
const whenOf = (chat, frame) => ({ at: frame.id ?? chat.position, time: timeOf(chat, frame) });

// Only what comes live moves the position: an answer may overtake what others said.
function saw(chat, id) {
  if (id && id > chat.position) chat.position = id;
}

// A guest may come back under another number; what is told of the time before is still theirs.
function isMine(chat, nick) {
  const folded = fold(nick);
  return folded === fold(chat.nick) || (chat.holding && folded === fold(chat.former));
}

function spoken(chat, frame) {
  const { type: kind, id, from } = frame;
  const mine = isMine(chat, from);
  const text = String(frame.text);
  const entry = { kind, id, time: timeOf(chat, frame), from, text, mine };
  if (!mine && kind !== "dm") entry.mention = mentions(text, chat.nick);
  return entry;
}

// Something was said just now, or while this page was away.
function hear(chat, place, frame) {
  const entry = spoken(chat, frame);
  const effects = [];
  const known = place.known.get(entry.id);
  saw(chat, entry.id);
  if (known) {
    // Confirmed already; a filter of the server may have changed the words.
    if (entry.mine) Object.assign(known, { text: entry.text, time: entry.time });
    return effects;
  }
  if (entry.mine) place.settle(entry);
  place.insert(entry);
  const open = chat.current === place.key;
  place.trim(open && !chat.attentive);
  if (entry.mine || (open && chat.attentive)) return effects;

  // What was read before is not new any more.
  if (place.unread === 0) place.newFrom = entry.key;
  place.unread += 1;
  if (entry.mention || place.kind === "dm") {
    place.mentions += 1;
    effects.push({ do: "alert", place, entry });
  }
  return effects;
}

function seePeople(chat, place, { members = [], away = {}, count }) {
  place.people(members, count);
  for (const nick of members) chat.away.delete(fold(nick));
  for (const [nick, text] of Object.entries(away)) chat.away.set(fold(nick), text);
}

const spokenOf = (chat, messages = []) =>
  messages.map((one) => spoken(chat, one)).filter((one) => isSpoken(one) && one.id);

// Many at once, in a storm of arrivals or departures: some of the names, and how many.
function crowd(chat, frame, what) {
  const place = chat.places.get(keyOf("room", frame.room ?? ""));
  if (!place) return [];
  const changes = frame.nicks.map((nick) => ({ what, nick }));
  const more = frame.count - frame.nicks.length;
  if (more > 0) changes.push({ what, more });
  place.tell({ kind: "presence", ...whenOf(chat, frame), changes });
  return [{ do: "refresh", place }];
}

export const FRAMES = {
  welcome(chat, frame) {
    const effects = [];
    const resumed = chat.position !== "";
    const missing = resumed && !frame.recovered;
    // Ids of another journal say nothing about ours, and cannot be compared.
    const foreign = missing && frame.position < chat.position;
    if (chat.nick && chat.nick !== frame.nick) chat.former = chat.nick;
    Object.assign(chat, { online: true, holding: true, left: false, nick: frame.nick });
    chat.session = frame.session ?? chat.session;
    // Else what was missed is still to come, and moves the position itself.
    if (!resumed || missing) chat.position = frame.position ?? "";

    const rooms = new Set(frame.rooms ?? []);
    if (frame.room) rooms.add(frame.room);
    for (const name of rooms) chat.open("room", name);
    const here = frame.room ? chat.open("room", frame.room) : null;
    if (here) {
      seePeople(chat, here, frame);
      here.topic = frame.topic ?? "";
    }
    const said = spokenOf(chat, frame.history);
    for (const place of chat.places.values()) {
      const gap = missing ? place.interrupt(chat.now(), foreign) : null;
      if (place === here && gap) place.bridge(gap, said, true);
      else if (place === here) place.merge(said);
      if (place.kind !== "room") continue;

      if (!rooms.has(place.name)) {
        const ask = { type: "join", room: place.name };
        effects.push(send(chat.ask(ask, { about: "rejoin", place })));
      } else if (place !== here) {
        const ask = { type: "who", room: place.name };
        effects.push(send(chat.ask(ask, { about: "who" })));
      }
      if (gap && place !== here) effects.push(...chat.fill(place, gap).map(send));
      else if (!gap && !place.known.size) effects.push(...chat.older(place).map(send));
    }
    if (!chat.place) chat.show(here?.key ?? chat.rooms()[0]?.key ?? "");
    chat.lastRoom ||= here?.key ?? "";

    const motd = [frame.motd ?? []].flat();
    if (motd.length && !chat.greeted) effects.push(...chat.note(motd.join("\n")));
    chat.greeted = true;
    effects.push({ do: "welcomed", resumed, missing });
    return effects;
  },

  message(chat, frame) {
    const place = chat.places.get(keyOf("room", frame.room));
    return place ? hear(chat, place, frame) : saw(chat, frame.id);
  },

  action(chat, frame) {
    return FRAMES.message(chat, frame);
  },

  dm(chat, frame) {
    const mine = isMine(chat, frame.from);
    return hear(chat, chat.open("dm", mine ? frame.to : frame.from), frame);
  },

  joined(chat, frame) {
    saw(chat, frame.id);
    if (frame.nick === undefined) return crowd(chat, frame, "joined");
    const mine = frame.nick === chat.nick;
    const place = mine ? chat.open("room", frame.room) : chat.places.get(keyOf("room", frame.room));
    const news = place?.arrive(frame.nick);
    if (mine) {
      if (!chat.entering) return [];
      chat.entering = false;
      chat.show(place.key);
      return [{ do: "entered" }];
    }
    if (news) {
      const changes = [{ what: "joined", nick: frame.nick }];
      place.tell({ kind: "presence", ...whenOf(chat, frame), changes });
    }
    return [];
  },

  left(chat, frame) {
    saw(chat, frame.id);
    if (frame.nick === undefined) return crowd(chat, frame, "left");
    const everywhere = frame.room === null || frame.room === undefined;
    const key = everywhere ? null : keyOf("room", frame.room);
    if (frame.nick === chat.nick && key) {
      chat.part(key);
      return [{ do: "parted" }];
    }
    for (const place of chat.rooms()) {
      if ((everywhere || place.key === key) && place.depart(frame.nick)) {
        const changes = [{ what: "left", nick: frame.nick }];
        place.tell({ kind: "presence", ...whenOf(chat, frame), changes });
      }
    }
    if (everywhere) chat.away.delete(fold(frame.nick));
    return [];
  },

  renamed(chat, frame) {
    const { from, to } = frame;
    saw(chat, frame.id);
    const mine = from === chat.nick;
    const told = { kind: "renamed", ...whenOf(chat, frame), from, to };
    const away = chat.away.get(fold(from));
    chat.away.delete(fold(from));
    if (away) chat.away.set(fold(to), away);
    for (const place of chat.rooms()) {
      if (place.rename(from, to)) place.tell({ ...told });
    }
    if (mine) {
      chat.nick = to;
      return [{ do: "named" }];
    }
    // A private conversation goes on under the new name, unless there is one already.
    const [before, after] = [keyOf("dm", from), keyOf("dm", to)];
    const talk = chat.places.get(before);
    if (talk && (before === after || !chat.places.has(after))) {
      talk.name = to;
      chat.places = new Map([...chat.places.values()].map((place) => [place.key, place]));
      if (chat.current === before) chat.current = after;
      talk.tell({ ...told });
    }
    return [];
  },

  topic(chat, frame, about) {
    saw(chat, frame.id);
    const { room, id, from } = frame;
    // Nobody's deed, so an answer; on entering a room it comes before one's own arrival.
    const place = from ? chat.places.get(keyOf("room", room)) : chat.open("room", room);
    if (!place) return;
    place.topic = frame.text ?? "";
    if (about) chat.note(place.topic ? `The topic is: ${place.topic}` : "There is no topic.");
    if (!from) return;
    place.tell({ kind: "topic", id, time: timeOf(chat, frame), from, text: place.topic });
  },

  away(chat, { nick, text, id }) {
    saw(chat, id);
    if (text) chat.away.set(fold(nick), text);
    else chat.away.delete(fold(nick));
  },

  who(chat, frame, about) {
    const place = chat.places.get(keyOf("room", frame.room ?? ""));
    if (place) seePeople(chat, place, frame);
    if (about?.about !== "asked") return [];
    const { room, members, count = members.length } = frame;
    return chat.note(`Here in #${room} (${count}): ${members.join(", ")}`);
  },

  history(chat, frame, about) {
    if (about?.about === "search" || typeof frame.words === "string") {
      const found = spokenOf(chat, frame.messages);
      return [{ do: "found", place: about?.place, messages: found, more: Boolean(frame.more) }];
    }
    const place = chat.places.get(keyOf("room", frame.room));
    if (!place) return [];
    const said = spokenOf(chat, frame.messages);
    if (about?.about === "gap") place.bridge(about.gap, said, frame.more);
    else place.merge(said);
    if (about?.about === "older") {
      place.loading = false;
      place.more = Boolean(frame.more) && said.length > 0;
    }
    return [{ do: "loaded", place }];
  },

  rooms(chat, frame) {
    chat.listed = frame.rooms;
    return [{ do: "listed" }];
  },

  notice(chat, frame, about) {
    if (about?.about === "pulse") return [];
    const effects = chat.note([frame.text ?? ""].flat().join("\n"));
    if (about?.about !== "join") return effects;
    // In it already, under a spelling that only the server knows to be the same.
    chat.entering = false;
    return [...effects, { do: "entered" }];
  },

  ok(chat, frame, about) {
    if (about?.about === "nick") return [{ do: "named" }];
    if (about?.about !== "said" || !frame.id) return [];
    const { place, entry } = about;
    // The words themselves may have come first, and have taken the place of this.
    if (!entry.status || !place.remove(entry)) return [];
    delete entry.status;
    place.insert(Object.assign(entry, { id: frame.id, from: chat.nick }));
    return [];
  },

  error(chat, frame, about) {
    const text = frame.text || "That did not work.";
    const told = { do: "refused", text };
    const taken = frame.code === "nick_taken";
    switch (about?.about) {
      case "said":
        if (about.entry.status) Object.assign(about.entry, { status: "failed", problem: text });
        return [told];
      case "nick":
        chat.wanted = about.former;
        return [{ do: "name_refused", text, nick: about.nick, taken }];
      case "search":
        return [{ do: "found", place: about.place, messages: [], problem: text }];
      case "older":
        return [{ do: "stalled", place: about.place }];
      case "gap":
        about.gap.loading = false;
        return [];
      case "rejoin":
        chat.close(about.place.key);
        break;
      case "join":
        chat.entering = false;
        return [{ do: "join_refused", text }];
      case "pulse":
      case "fence":
      case "who":
        return [];
      default:
    }
    // Before the welcome it can only be about the name one wished to come in with.
    if (!chat.online && /^nick/u.test(frame.code ?? "")) {
      return [{ do: "name_refused", text, nick: chat.wanted, taken }];
    }
    return [told, ...chat.note(text, { error: true })];
  },
};
