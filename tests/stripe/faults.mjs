// What goes wrong between the shop and Stripe, as a test has it.
//
//   lost        never reaches Stripe; the connection breaks off
//   dropped     takes effect, and the connection breaks off
//   unanswered  takes effect, and is never answered
//   late        on its way for so long: arrives when the test says so
//   working     arrives, and is worked on until the test says so; its key is in use
//   slow        takes effect at once, and is answered when the test says so
//   failed      Stripe fails (500) and repeats that to whoever repeats the key; with
//               `takesEffect` it did what was asked before
//   status      refused without effect, such as 500 or 429

export class Faults {
  #planned = [];

  /** The next request to such a path (after as many as `after`) suffers so, once or `times`. */
  plan(kind, { method = "POST", path = /./, after = 0, times = 1, status, until, takesEffect } = {}) {
    const fault = { kind, method, path, after, left: times, status, until, takesEffect };
    this.#planned.push(fault);
    return fault;
  }

  /** Like `plan` with `late`, `working` or `slow`; gives what lets it go on. */
  hold(kind, options = {}) {
    let goOn;
    const until = new Promise((resolve) => (goOn = resolve));
    this.plan(kind, { ...options, until });
    return goOn;
  }

  take(method, path) {
    for (const fault of this.#planned) {
      if (fault.left === 0 || fault.method !== method || !fault.path.test(path)) continue;
      if (fault.after > 0) {
        fault.after -= 1;
        continue;
      }
      fault.left -= 1;
      return fault;
    }
    return undefined;
  }

  /** Whether everything that was planned has happened. */
  get done() {
    return this.#planned.every(({ left }) => left === 0);
  }

  clear() {
    this.#planned = [];
  }
}
