// The way from one conversation to another, in the order of the sidebar.  Pure.  By name:
// on_demand/destinations.js.

export const conversationsOf = (chat) => [...chat.rooms(), ...chat.directs()];

// The conversations from the current one on, without it; `step` is 1 or -1.
function others(chat, step) {
  const all = conversationsOf(chat);
  if (step < 0) all.reverse();
  const current = all.indexOf(chat.current);
  return [...all.slice(current + 1), ...all.slice(0, Math.max(0, current))];
}

export const neighbor = (chat, step) => others(chat, step)[0] ?? null;

export const nextUnread = (chat, step) => others(chat, step).find(({ unread }) => unread > 0) ?? null;
