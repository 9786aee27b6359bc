// Idempotency keys as docs.stripe.com/api/idempotent_requests has them: the first answer is kept,
// whatever it was, once the request was begun; the same key with other parameters is refused.
// Validation that fails before anything begins is not kept, nor is a conflict.

const conflict = {
  error: {
    type: "idempotency_error",
    message: "Keys for idempotent requests can only be used with the same parameters they were first used with.",
  },
};

export class Keys {
  #answers = new Map();
  #busy = new Set();

  /** Whether a request with this key is under way. */
  isBusy(key) {
    return key !== undefined && this.#busy.has(key);
  }

  /** Marks a key as under way, until what this gives is called. */
  busy(key) {
    if (key !== undefined) this.#busy.add(key);
    return () => this.#busy.delete(key);
  }

  /** Does the work once for each key; `parameters` are those that have to be the same again. */
  once(key, parameters, work) {
    if (key === undefined) return work();
    const known = this.#answers.get(key);
    if (known) return known.parameters === parameters ? known.answer : [400, conflict];
    const answer = work();
    const [status, { error }] = answer;
    const begun = status < 400 || status >= 500 || error.payment_intent !== undefined || error.type === "card_error";
    if (begun) this.#answers.set(key, { parameters, answer });
    return answer;
  }
}
