// The routes that change the settings of a room to what was entered.  Pure.

const SWITCHES = {
  private: ["private", "public"],
  quiet: ["quiet", "open"],
  hidden: ["hidden", "listed"],
};
const FIELDS = ["key", "limit"];

const fieldOf = (settings, name) => String(settings[name] || "");

// What the fields of the form show: {private, quiet, hidden, topic, key, limit}.
export const enteredOf = (settings) => ({
  ...Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, Boolean(settings[name])])),
  topic: settings.topic === "operators",
  ...Object.fromEntries(FIELDS.map((name) => [name, fieldOf(settings, name)])),
});

export function settingCommands(settings, entered) {
  const before = enteredOf(settings);
  const routes = [];
  for (const [name, [on, off]] of Object.entries(SWITCHES)) {
    if (entered[name] !== before[name]) routes.push(`\\room ${entered[name] ? on : off}`);
  }
  if (entered.topic !== before.topic) routes.push(`\\room topic ${entered.topic ? "operators" : "all"}`);
  for (const name of FIELDS) {
    const value = entered[name].trim();
    if (value !== before[name]) routes.push(`\\room ${name} ${value || "-"}`);
  }
  return routes;
}

// The field that has more than one word, which no route takes; undefined if none has.
export function severalWordsIn(settings, entered) {
  const before = enteredOf(settings);
  return FIELDS.find((name) => entered[name] !== before[name] && /\s/u.test(entered[name].trim()));
}
