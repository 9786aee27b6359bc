// Starts Stripe's Payment Element on an order's page, or the bank's question. Whatever comes of it
// is the server's to say: the order's page asks.
const place = document.getElementById("card");
const form = document.getElementById("card-form");
const button = document.getElementById("card-button");
const told = document.getElementById("card-error");
const { key: publishableKey, secret: clientSecret, bankAsks, language, notLoaded, notThrough } = place.dataset;
const returnUrl = new URL(place.dataset.returnUrl, location.href).href;

function tell(text) {
  told.textContent = text;
  told.hidden = false;
}

/** Nothing more can be done here: how the order stands is on its page. */
const settled = new Set(["succeeded", "processing", "requires_capture", "canceled"]);

function start() {
  if (!window.Stripe) return tell(notLoaded);
  const stripe = window.Stripe(publishableKey, { locale: language });
  let elements;
  if (bankAsks === undefined) {
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe";
    elements = stripe.elements({ clientSecret, appearance: { theme } });
    const element = elements.create("payment");
    element.on("ready", () => (button.hidden = false));
    element.on("loaderror", () => tell(notLoaded));
    element.mount(place);
  } else {
    button.hidden = false;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    told.hidden = true;
    const { error } = elements
      ? await stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } })
      : await stripe.handleNextAction({ clientSecret });
    // What is confirmed here leads to the return address by itself.
    if (!error && elements) return;
    if (!error || settled.has(error.payment_intent?.status)) return location.assign(returnUrl);
    tell(error.message ?? notThrough);
    button.disabled = false;
  });
}

start();
