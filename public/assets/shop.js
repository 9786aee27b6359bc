// What pages do at once that also works without a script, by asking for a page: choosing a
// variant by its options, looking at another picture, and suggestions as one types.

/** What the page's own address says of language and currency: it goes along to whatever is chosen here. */
const reading = [...new URLSearchParams(location.search)].filter(([name]) => name === "locale" || name === "currency");

const large = document.getElementById("picture");
const enlarge = (src, srcset, alt) => Object.assign(large, { src, srcset, alt });

/** As in the table's rows: what there is plenty of, few, nothing, none such, and what has yet to come. */
const LEVELS = "+-! ~";

/** A product's options: the price, the stock and the marks of the choice, from the page's own table. */
function choosing(table) {
  // Which number each combination has, and what a row leaves out, web/product.rs says.
  const { rows, prices, stock, marks, images } = JSON.parse(table.textContent);
  const axes = [...document.querySelectorAll("[data-axis]")];
  const fields = axes.map((axis) => (axis.tagName === "SELECT" ? [...axis.options] : [...axis.querySelectorAll("input")]));
  const missing = { level: 3, now: "", before: "", notes: "" };
  let [number, priced] = [-1, 0];
  const row = (text) => {
    const [, place, level, price, image] = /(\w*)(\W)(\w*)(?:\.(\w+))?/.exec(text);
    number = place ? parseInt(place, 36) : number + 1;
    priced = price ? parseInt(price, 36) : priced;
    const [now, before = "", notes = ""] = prices[priced].split("\t");
    return [number, { level: LEVELS.indexOf(level), now, before, notes, image: images[parseInt(image, 36)] }];
  };
  const variants = new Map(rows.trim().split(" ").map(row));
  const numberOf = (places) => places.reduce((number, place, axis) => number * fields[axis].length + place, 0);
  const found = (places) => variants.get(numberOf(places)) ?? missing;
  const chosen = () => fields.map((axis) => axis.findIndex((field) => field.selected || field.checked));
  const element = (id) => document.getElementById(id);

  function mark(field, text) {
    if (field.tagName === "OPTION") {
      field.dataset.label ??= field.textContent;
      field.textContent = text ? `${field.dataset.label} – ${text}` : field.dataset.label;
    }
    else {
      const label = field.closest("label");
      label.classList.toggle("choice-out", text !== "");
      label.querySelector(".choice-mark").textContent = text;
    }
  }

  function show() {
    const place = chosen();
    const { level, now, before, notes, image } = found(place);
    element("price").textContent = now;
    element("price-before").textContent = before;
    element("price-before").closest("s").hidden = before === "";
    element("price-notes").textContent = notes;
    element("price-notes").hidden = notes === "";
    const [label, look] = stock[level];
    element("stock").textContent = label;
    element("stock").className = `stock stock-${look}`;
    // Without one of its own the product's first; there are none in the table where no variant has its own.
    const picture = image ?? images[0];
    if (picture) enlarge(...picture);
    if (element("buy")) element("buy").disabled = level === LEVELS.indexOf("!") || level === missing.level;
    fields.forEach((axis, n) => axis.forEach((field, value) => mark(field, marks[found(place.with(n, value)).level])));
    const query = new URLSearchParams(reading);
    axes.forEach((axis, n) => query.set(axis.name || fields[n][0].name, fields[n][place[n]].value));
    history.replaceState(null, "", `?${query}`);
  }

  // Where styles do not know that scripts run.
  element("show-choice").hidden = true;
  axes.forEach((axis) => axis.addEventListener("change", show));
}

/** A small picture shows itself large, where it would lead to its file. */
function gallery() {
  for (const link of document.querySelectorAll(".gallery a")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const small = link.querySelector("img");
      enlarge(link.href, small.srcset, small.alt);
    });
  }
}

const table = document.getElementById("variants");
if (table) choosing(table);
if (large) gallery();

/**
 * Suggestions below the search box: a combobox with a list, as the WAI-ARIA Authoring Practices
 * describe it. Without an active one, Enter sends the form.
 */
function suggesting(input) {
  const list = document.createElement("ul");
  Object.assign(list, { id: "suggestions", role: "listbox", hidden: true, ariaLabel: input.placeholder });
  input.after(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
  let asked, timer, active;

  function activate(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    // What is still on its way would open it again.
    clearTimeout(timer);
    asked?.abort();
    activate(undefined);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function show(items) {
    activate(undefined);
    const options = items.map(({ text, url, kind }, n) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `suggestion-${n}`, role: "option", ariaSelected: "false", textContent: text });
      Object.assign(option.dataset, { url, kind });
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  function choose({ dataset }) {
    const url = new URL(dataset.url, location);
    reading.forEach(([name, value]) => url.searchParams.set(name, value));
    location.assign(url);
  }

  async function ask() {
    asked?.abort();
    const q = input.value.trim();
    if (q === "") return close();
    asked = new AbortController();
    try {
      const answer = await fetch(`/v1/search/suggestions?${new URLSearchParams({ q, locale: document.documentElement.lang })}`, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).items);
    } catch {
      // Another was asked meanwhile, or the network is away: the form works without.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("blur", close);
  // Before the field loses the focus, and the list with it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest("li") && choose(target.closest("li")));
  input.addEventListener("keydown", (event) => {
    const options = [...list.children];
    const at = options.indexOf(active);
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" && options.length > 0 && !list.hidden) activate(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp" && options.length > 0 && !list.hidden) activate(options.at(at > 0 ? at - 1 : -1));
    else if (event.key === "Enter" && active) choose(active);
    else return;
    event.preventDefault();
  });
}

suggesting(document.getElementById("q"));
