// Which routes may have a secret behind them: those that take one, what other chats call them,
// and what is nearly one of these.  As in clients/password_routes.py.  Pure.

const ROUTES = ["login", "register", "password", "setpassword", "unregister", "operator", "identify"];
const OTHERS = ["auth", "nickserv", "ns", "signin", "logon", "pass", "passwd", "pw", "reg", "signup", "oper"];
const EXACT = new Set([...ROUTES, ...OTHERS]);

const plain = (word) => word.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

// One letter is missing, superfluous, another one or misplaced.
const mistyped = (name) =>
  [...name].map((letter, at) => {
    const [before, after, next] = [name.slice(0, at), name.slice(at + 1), name[at + 1] ?? ""];
    return `${before}([a-z]?${after}|[a-z]${letter}${after}|${next}${letter}${after.slice(1)})`;
  });

const MISTYPED = new RegExp(`^((${ROUTES.join("|")})[a-z]|${ROUTES.flatMap(mistyped).join("|")})$`, "u");

const isMeant = (key) => EXACT.has(key) || MISTYPED.test(key);

// `word` follows the slash or the backslash, `args` that: "/log in bob", "\ login bob".
export function mayHaveSecret(word, args) {
  if (!args) return false;
  const first = plain(args.split(/\s/u, 1)[0]);
  const key = plain(word);
  if (!key) return !word && isMeant(first);
  return isMeant(key) || EXACT.has(key + first);
}

// Whom people send passwords to from habit; nobody has such a name.
export const isService = (name) => /^(nick|chan)serv(@|$)/iu.test(name);
