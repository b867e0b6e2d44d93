// The routes that may be typed.  The server sends its table with the welcome, so that routes
// which an operator added are known here too.  Pure.

export class RouteTable {
  // `routes`: {name, usage, summary, aliases} for each; none before the first welcome.
  constructor(routes = []) {
    this.routes = routes;
    this.byWord = new Map();
    for (const route of routes) {
      for (const word of [route.name, ...(route.aliases ?? [])]) this.byWord.set(word, route);
    }
  }

  get isKnown() {
    return this.routes.length > 0;
  }

  // The route that a typed word names, in any case; undefined if there is none.
  find(word) {
    return this.byWord.get(word.toLowerCase());
  }

  // The words that begin like `typed`, each with its route: of each route the name, or the
  // first alias that does.  First the one that is typed in full.
  startingWith(typed) {
    const start = typed.toLowerCase();
    const found = this.routes.flatMap((route) => {
      const words = [route.name, ...(route.aliases ?? [])];
      const word = words.find((one) => one.startsWith(start));
      return word === undefined ? [] : [{ word, route }];
    });
    return found.sort((a, b) => Number(b.word === start) - Number(a.word === start));
  }

  // What the argument of a route is called in its usage, such as "ROOM", and whether the route
  // works without it; the name is "" if unknown.
  argument(word, index) {
    const name = this.find(word)?.usage.split(" ")[index] ?? "";
    return { name: name.replace(/[[\]]/gu, ""), isOptional: name.startsWith("[") };
  }
}
