// The script that browsers load in Stripe.js's place in tests: as much of it as the shop's pages
// use. The Payment Element is a field for the name of a test method; the bank's question is asked
// by the browser itself. What it says is the server's: it decides nothing.

/** The source of the script. `key`: the one publishable key it takes. */
export const browserScript = (key) => `(${script})(${JSON.stringify(key)});\n`;

/* c8 ignore start -- runs in the browser */
function script(key) {
  const base = new URL(".", document.currentScript.src);
  const ask = async (path, body) => {
    const response = await fetch(new URL(path, base), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const answer = await response.json();
    return response.ok ? { paymentIntent: answer } : { error: answer.error, paymentIntent: answer.error.payment_intent };
  };

  /** Asks the bank's question where the intent has one. */
  const settled = async (secret, answer) => {
    if (answer.error || answer.paymentIntent.status !== "requires_action") return answer;
    const approve = window.confirm("The bank asks: is this payment yours?");
    const said = await ask("authenticate", { client_secret: secret, approve });
    const failure = said.paymentIntent?.last_payment_error;
    return failure ? { error: { type: "card_error", ...failure }, paymentIntent: said.paymentIntent } : said;
  };

  window.Stripe = (publishable) => {
    if (publishable !== key) throw new Error("Invalid API Key provided: " + publishable);
    return {
      elements: ({ clientSecret }) => {
        const input = Object.assign(document.createElement("input"), { name: "card", value: "pm_card_visa" });
        input.setAttribute("aria-label", "Card");
        const element = {
          mount: (place) => {
            const target = typeof place === "string" ? document.querySelector(place) : place;
            target.append(input);
            for (const heard of element.ready) heard();
          },
          ready: [],
          on: (event, heard) => void (event === "ready" && element.ready.push(heard)),
          unmount: () => input.remove(),
        };
        return { create: () => element, submit: async () => ({}), secret: clientSecret, method: () => input.value };
      },
      confirmPayment: async ({ elements, clientSecret = elements.secret, confirmParams = {}, redirect = "always" }) => {
        const answer = await settled(clientSecret, await ask("confirm", { client_secret: clientSecret, method: elements.method() }));
        if (answer.error || redirect !== "always") return answer;
        const url = new URL(confirmParams.return_url);
        url.searchParams.set("payment_intent", answer.paymentIntent.id);
        url.searchParams.set("redirect_status", answer.paymentIntent.status);
        location.assign(url);
        return answer;
      },
      handleNextAction: async ({ clientSecret }) => settled(clientSecret, { paymentIntent: { status: "requires_action" } }),
      retrievePaymentIntent: async (clientSecret) => ({ paymentIntent: { client_secret: clientSecret } }),
    };
  };
}
