// A clock whose time passes only when the test says so.

export class Clock {
  time = 0;
  timers = new Map();
  last = 0;
  Date = { now: () => this.time };
  setTimeout = (call, wait) => {
    this.last += 1;
    this.timers.set(this.last, { call, at: this.time + wait });
    return this.last;
  };
  clearTimeout = (id) => this.timers.delete(id);
  advance(by) {
    const end = this.time + by;
    for (;;) {
      const [next] = [...this.timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!next) break;
      this.timers.delete(next[0]);
      this.time = next[1].at;
      next[1].call();
    }
    this.time = end;
  }
}
