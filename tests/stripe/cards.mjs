// Stripe's test methods: docs.stripe.com/testing.

const declined = (decline_code, message = "Your card was declined.") => ({ code: "card_declined", decline_code, message });

/** What each does when it is charged: pays, asks the bank first, or is declined. */
export const cards = {
  pm_card_visa: {},
  pm_card_mastercard: {},
  pm_card_authenticationRequired: { asks: true },
  pm_card_threeDSecure2Required: { asks: true },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: { asks: true, declined: declined("insufficient_funds", "Your card has insufficient funds.") },
  pm_card_chargeDeclined: { declined: declined("generic_decline") },
  pm_card_visa_chargeDeclined: { declined: declined("generic_decline") },
  pm_card_chargeDeclinedInsufficientFunds: { declined: declined("insufficient_funds", "Your card has insufficient funds.") },
  pm_card_visa_chargeDeclinedInsufficientFunds: { declined: declined("insufficient_funds", "Your card has insufficient funds.") },
  pm_card_visa_chargeDeclinedLostCard: { declined: declined("lost_card") },
  pm_card_chargeDeclinedExpiredCard: { declined: { code: "expired_card", message: "Your card has expired." } },
  pm_card_chargeDeclinedProcessingError: { declined: { code: "processing_error", message: "An error occurred while processing your card." } },
  /** A refund of it fails after it was pending. */
  pm_card_refundFail: { refund: "failed" },
  /** A refund of it is pending first. */
  pm_card_pendingRefund: { refund: "succeeded" },
  /** Its payment is contested at once. */
  pm_card_createDispute: { disputed: true },
};

/** The least amounts, from docs.stripe.com/currencies as it was on 2026-09-27. */
export const minimum = {
  aed: 200, ars: 50, aud: 50, brl: 50, cad: 50, chf: 50, cop: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30,
  hkd: 400, huf: 17500, idr: 50, ils: 50, inr: 50, jpy: 50, krw: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50,
  php: 50, pln: 200, ron: 200, rub: 50, sek: 300, sgd: 50, thb: 1000, usd: 50, zar: 50,
};
