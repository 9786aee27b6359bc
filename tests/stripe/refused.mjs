// Stripe's errors: docs.stripe.com/api/errors.

export class Refused extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export function invalid(status, body) {
  throw new Refused(status, { type: "invalid_request_error", ...body });
}
