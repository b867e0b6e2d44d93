// What frames about order in rooms say, in plain English.  Pure.

const UNITS = { s: "second", m: "minute", h: "hour", d: "day" };

// "10m" is "10 minutes".
export function durationText(duration) {
  const [, number, unit] = /^(\d+)([smhd])$/u.exec(duration) ?? [];
  return number ? `${number} ${UNITS[unit]}${number === "1" ? "" : "s"}` : duration;
}

const lasting = (frame) => (frame.for ? ` for ${durationText(frame.for)}` : "");
const because = ({ text }) => (text ? ` (${text})` : "");
const from = ({ room }) => (room ? ` from #${room}` : "");

// Of a setting that is on, and of one that is off.
const SETTINGS = {
  private: (room) => [`made ${room} private`, `made ${room} public`],
  quiet: (room) => [`made ${room} quiet`, `made ${room} open`],
  hidden: (room) => [`made ${room} hidden`, `made ${room} listed`],
  outside: (room) => [`let those outside talk in ${room}`, `let only those inside talk in ${room}`],
  topic: (room) => [`let only operators set the topic of ${room}`, `let all set the topic of ${room}`],
  key: (room) => [`set a key for ${room}`, `removed the key of ${room}`],
  limit: (room, limit) => [`set the limit of ${room} to ${limit}`, `removed the limit of ${room}`],
  operator: (room, on, nick) => [`made ${nick} a room operator`, `removed ${nick} as a room operator`],
  voice: (room, on, nick) => [`gave voice to ${nick}`, `removed voice from ${nick}`],
  exception: (room, on, nick) => [
    `excepted ${nick} from the bans of ${room}`,
    `removed the exception for ${nick} from the bans of ${room}`,
  ],
  invite_exception: (room, on, nick) => [`let ${nick} into ${room} without an invitation`, `let ${nick} into ${room} only by invitation`],
};

function changeText({ room, nick, ...frame }) {
  const changes = Object.keys(SETTINGS)
    .filter((name) => name in frame)
    .map((name) => {
      const [on, off] = SETTINGS[name](`#${room}`, frame[name], nick);
      return frame[name] && frame[name] !== "all" ? on : off;
    });
  return changes.join(", ") || `changed #${room}`;
}

const ACTS = {
  kicked: (frame) => `kicked ${frame.nick}${because(frame)}`,
  muted: (frame) => `muted ${frame.nick}${lasting(frame)}`,
  unmuted: (frame) => `unmuted ${frame.nick}`,
  banned: (frame) => `banned ${frame.nick}${from(frame)}${lasting(frame)}${because(frame)}`,
  unbanned: (frame) => `unbanned ${frame.nick}${from(frame)}`,
  room: changeText,
};

// To whoever is out of a room because of it.
export const removalText = (frame) =>
  `You were ${frame.type} from #${frame.room}${lasting(frame)} by ${frame.by}${because(frame)}.`;

export const moderationText = (frame) => `${frame.by} ${ACTS[frame.type](frame)}`;
