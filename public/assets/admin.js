// What helps staff and nothing needs: every page works without it.
const find = document.getElementById("find");
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/* A navigation of one line scrolls to where one is */

// Not by `scrollIntoView`: browsers take that for the place from which Tab goes on, past the link to the content.
const current = document.querySelector(".main-nav [aria-current]");
const navigation = current?.closest("ul");
if (navigation) {
  const middle = (element) => {
    const { left, width } = element.getBoundingClientRect();
    return left + width / 2;
  };
  navigation.scrollBy(middle(current) - middle(navigation), 0);
}

/* Times in the reader's zone */

const parts = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
const local = new Intl.DateTimeFormat(navigator.language, parts);
const ofAnotherYear = new Intl.DateTimeFormat(navigator.language, { year: "numeric", ...parts });
const thisYear = new Date().getFullYear();
const localise = () => {
  for (const time of document.querySelectorAll("time:not([title])")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.title = time.textContent;
    time.textContent = (date.getFullYear() === thisYear ? local : ofAnotherYear).format(date);
  }
};
localise();

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** UTC as the page has it, to the reader's time; what is typed goes back as UTC. Seconds stay, where there are some. */
const toLocal = (text) => {
  const time = new Date(`${text}Z`);
  return text && new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, text.length);
};
const toUtc = (text) => text && new Date(text).toISOString().slice(0, text.length);
for (const field of document.querySelectorAll('input[type="datetime-local"]')) {
  field.dataset.utc = field.value;
  field.value = field.defaultValue = toLocal(field.value);
  const hint = field.parentElement.querySelector("[data-zone]");
  if (hint) hint.textContent = zone;
}
document.addEventListener("formdata", ({ target, formData }) => {
  for (const field of target.querySelectorAll('input[type="datetime-local"]')) {
    // What nobody has touched stays what it was: in autumn an hour comes twice.
    if (field.name) formData.set(field.name, field.value === field.defaultValue ? field.dataset.utc : toUtc(field.value));
  }
});

/* Long work shows how far it is, and once it has ended all that has changed with it */

/** The page as it is by now; nothing where it cannot be had at the moment. */
const pageNow = async () => {
  try {
    const answer = await fetch(location.href);
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
  } catch {
    return undefined;
  }
};
const look = async () => {
  const page = await pageNow();
  if (page) {
    if (!page.querySelector("main dd > .word-running")) return location.reload();
    const shown = "main progress, main progress + span, main tbody";
    const fresh = page.querySelectorAll(shown);
    document.querySelectorAll(shown).forEach((old, n) => fresh[n] && old.replaceWith(fresh[n]));
    localise();
  }
  setTimeout(look, 2_000);
};
if (document.querySelector("main dd > .word-running")) setTimeout(look, 1_000);

/* A notice is said once, not again when the page is looked at anew */

const here = new URL(location.href);
if (here.searchParams.delete("done"), here.href !== location.href) history.replaceState(null, "", here);

/* What is wrong has the focus; a link to a field opens what it is in */

const goThere = () => {
  const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let around = there?.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  // Of what is opened, what is typed into first.
  const first = there?.matches(".panel") ? there.querySelector("input:not([type=hidden]), select, textarea, button") : there;
  first?.focus();
};
addEventListener("hashchange", goThere);
// Also where one is already, and goes there once more.
document.addEventListener("click", ({ target }) => target.closest?.('a[href^="#"]')?.hash === location.hash && location.hash && goThere());

/* A form is sent once */

let leaving = false;
document.addEventListener("submit", ({ target }) => {
  leaving = true;
  if (target.method === "post") target.setAttribute("aria-busy", "true");
  // After the browser has taken the button's name along.
  setTimeout(() => target.querySelectorAll("button").forEach((button) => (button.disabled = target.method === "post")));
});
const stay = () => {
  leaving = false;
  for (const form of document.querySelectorAll("form[aria-busy]")) {
    form.removeAttribute("aria-busy");
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  }
};
addEventListener("pageshow", ({ persisted }) => persisted && stay());
// Esc stops a page that is on its way: the form has not led anywhere, and may be sent again, under its own key.
addEventListener("keydown", ({ key }) => key === "Escape" && leaving && stay());

/* The bar that names what was changed, and the guard against losing it */

const labelOf = (field) => {
  const row = field.closest(".row")?.getAttribute("aria-label");
  const label = field.labels?.[0]?.textContent.trim() ?? field.name;
  return row ? `${row}: ${label}` : label;
};
const isChanged = (field) => {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  // Of options of which none is marked, a browser shows the first.
  if (field.localName === "select") return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.value !== field.defaultValue;
};
for (const form of document.querySelectorAll("form[data-edit]")) {
  const words = make("p", { role: "status" });
  const bar = make("div", { className: "save-bar", hidden: true }, words);
  bar.append(make("button", { textContent: form.querySelector(":scope > button:last-of-type").textContent }));
  bar.append(make("button", { type: "reset", className: "quiet", textContent: "Undo all" }));
  form.append(bar);
  // A form that came back with what is wrong was never saved.
  const refused = document.querySelector(".error-summary") !== null;
  // The bar's words tell what is shown, so they may not wait for the reset itself.
  const tell = () => {
    const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.localName !== "button");
    const changed = fields.filter(isChanged);
    fields.forEach((field) => field.classList.toggle("changed", changed.includes(field)));
    bar.hidden = changed.length === 0 && !refused;
    words.textContent = changed.length === 0 ? "Not saved yet" : `Not saved yet: ${changed.map(labelOf).join(", ")}`;
    return !bar.hidden;
  };
  form.addEventListener("input", tell);
  form.addEventListener("reset", () => setTimeout(tell));
  addEventListener("beforeunload", (event) => {
    if (!leaving && tell()) event.preventDefault();
  });
  tell();
}

/* Rows: one more, and cells from a spreadsheet */

const renumber = (row, from, to) => {
  const [before, after] = [`/${from}`, `/${to}`];
  const base = row.parentElement.id.split(".").slice(1).join(".");
  const swap = (text) => text.replace(`${base}${before}`, `${base}${after}`);
  row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/\d+$/, to + 1));
  if (row.localName === "details") row.firstElementChild.textContent = row.getAttribute("aria-label");
  for (const element of row.querySelectorAll("[id], [name], [for]")) {
    for (const name of ["id", "name", "for"]) {
      if (element.hasAttribute(name)) element.setAttribute(name, swap(element.getAttribute(name)));
    }
  }
};
const rowsOf = (set) => [...set.children].filter((child) => child.classList.contains("row"));
const oneMore = (set) => {
  const rows = rowsOf(set);
  const last = rows.at(-1);
  const row = last.cloneNode(true);
  last.after(row);
  renumber(row, rows.length - 1, rows.length);
  row.open = true;
  for (const field of row.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (field.type === "checkbox") field.checked = field.defaultChecked = false;
    else if (field.localName === "select") field.selectedIndex = 0;
    else field.value = field.defaultValue = "";
  }
  row.querySelectorAll("input[type=hidden]:not([value=false]), img, .now, .error").forEach((part) => part.remove());
  return row;
};
for (const set of document.querySelectorAll("fieldset[data-grows]")) {
  if (rowsOf(set).length === 0) continue;
  const name = set.querySelector("legend").textContent.trim();
  set.append(make("button", { type: "button", className: "quiet", textContent: `One more: ${name}` }));
}
document.addEventListener("click", ({ target }) => {
  const set = target.closest?.("fieldset.rows");
  if (set && target.localName === "button" && target.parentElement === set) oneMore(set).querySelector("input, textarea, select")?.focus();
});

/* A picture is seen where its address stands */

const picture = (field) => {
  field.parentElement.querySelector("img")?.remove();
  if (!/^(https:\/)?\//.test(field.value)) return;
  const image = make("img", { alt: "", src: field.value });
  image.addEventListener("error", () => image.remove());
  field.parentElement.append(image);
};
const isPicture = '[id*="/images/"][id$="/url:text"]';
document.querySelectorAll(isPicture).forEach(picture);
document.addEventListener("change", ({ target }) => target.matches(isPicture) && picture(target));

const cellsOf = (row) => [...row.querySelectorAll(":scope > .field > input:not([type=hidden]), :scope > .field > textarea, :scope > .field > select")];
document.addEventListener("paste", (event) => {
  const row = event.target.closest?.(".row");
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  if (!row || !/[\t\n]/.test(text) || (event.target.localName === "textarea" && !text.includes("\t"))) return;
  event.preventDefault();
  const set = row.parentElement;
  const column = cellsOf(row).indexOf(event.target);
  let at = rowsOf(set).indexOf(row);
  for (const line of text.split(/\r?\n/)) {
    if (at >= rowsOf(set).length && !("grows" in set.dataset)) break;
    const cells = cellsOf(rowsOf(set)[at] ?? oneMore(set));
    line.split("\t").forEach((value, index) => {
      const cell = cells[column + index];
      if (!cell) return;
      if (cell.type === "checkbox") cell.checked = /^(true|yes|1|x)$/i.test(value.trim());
      else cell.value = value.trim();
      // As if it were typed: a row that something is typed into is ticked.
      if (value.trim()) cell.dispatchEvent(new Event("input", { bubbles: true }));
    });
    at += 1;
  }
  event.target.form.dispatchEvent(new Event("input"));
});

/* Rows that are ticked: all of them, a range by Shift, and how many there are */

for (const form of document.querySelectorAll("form.picks")) {
  const ticks = [...form.querySelectorAll("td [type=checkbox]")];
  const [all, count, fit] = ["all", "ticked", "fit"].map((name) => form.querySelector(`[data-${name}]`));
  const tell = () => {
    const ticked = ticks.filter(({ checked }) => checked).length;
    all.textContent = ticked === ticks.length ? "Tick none" : "Tick all";
    count.textContent = ticked === 0 ? "Tick some first:" : `With the ${ticked} ticked:`;
    form.querySelectorAll("button").forEach((button) => (button.disabled = ticked === 0));
    // Whoever has ticked all that can be seen may mean those of the other pages, too.
    if (fit) fit.hidden = ticked < ticks.length;
  };
  let last = 0;
  form.addEventListener("click", (event) => {
    const at = ticks.indexOf(event.target);
    if (at >= 0) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      if (event.shiftKey) ticks.slice(from, to + 1).forEach((tick) => (tick.checked = event.target.checked));
      last = at;
    } else if (event.target === all) {
      event.preventDefault();
      const checked = all.textContent === "Tick all";
      ticks.forEach((tick) => (tick.checked = checked));
    }
    tell();
  });
  tell();
  // Whoever comes back finds ticked what was.
  addEventListener("pageshow", tell);
}

/* A variant is chosen among those that are like what was typed */

const variants = make("datalist", { id: "variants" });
document.body.append(variants);
let sought = "";
document.addEventListener("input", async ({ target }) => {
  const words = target.value?.trim();
  if (!/:variant/.test(target.name) || words.length < 2 || words === sought) return;
  sought = words;
  target.setAttribute("list", variants.id);
  const { items } = await ask(`/v1/admin/variants?limit=8&q=${encodeURIComponent(words)}`);
  if (sought !== words) return;
  const label = ({ product_title, title, available }) => [product_title, title, `${available} can be sold`].filter(Boolean).join(", ");
  variants.replaceChildren(...items.map((item) => make("option", { value: item.sku, label: label(item) })));
});

/* Whoever types into a row means it */

document.addEventListener("input", ({ target }) => {
  const pick = target.value && target.closest?.(".row")?.querySelector("input[type=checkbox][name$=':pick']");
  if (pick && pick !== target) pick.checked = true;
});

/* An address is copied whole; a file is asked for with a session that is not over */

for (const address of document.querySelectorAll(".address")) {
  if (!navigator.clipboard || !address.closest("dd")) continue;
  const copy = make("button", { type: "button", className: "quiet copy", textContent: "Copy" });
  copy.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(address.textContent).then(() => true, () => false);
    if (!done) getSelection().selectAllChildren(address);
    copy.textContent = done ? "Copied" : "It cannot be copied here: it is marked, press Ctrl C";
  });
  address.after(address.textContent.includes("\n") ? make("br") : " ", copy);
}
/** All of a file: where it comes in parts, each names the next (RFC 8288); the first line names the columns in each. */
const download = async (link) => {
  const parts = [];
  let name;
  for (let next = link.href; next; ) {
    await ask("/v1/me");
    const answer = await fetch(next);
    if (!answer.ok) throw new Error(`${answer.status}`);
    name ??= answer.headers.get("content-disposition")?.match(/filename="(.+?)"/)?.[1];
    const bytes = new Uint8Array(await answer.arrayBuffer());
    parts.push(parts.length === 0 ? bytes : bytes.subarray(bytes.indexOf(10) + 1));
    next = answer.headers.get("link")?.match(/<(.+?)>; rel="next"/)?.[1];
    if (next) link.textContent = `${link.dataset.label}: part ${parts.length} is here`;
  }
  const href = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
  make("a", { href, download: name ?? "export.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
};
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.('a[href^="/v1/"]');
  if (!link) return;
  event.preventDefault();
  if (link.ariaBusy) return;
  link.dataset.label ??= link.textContent;
  link.ariaBusy = "true";
  link.textContent = link.dataset.label;
  const failed = await download(link).catch(() => true);
  link.textContent = failed ? `${link.dataset.label}: it broke off, try again` : link.dataset.label;
  link.ariaBusy = null;
});

/* From one record to the next, in the order of the list that one came from */

const links = [...(document.getElementById("/items")?.querySelectorAll("td:first-child > a") ?? [])].map(({ pathname, textContent }) => ({ pathname, text: textContent }));
if (links.length > 0 && document.querySelector(".pages")) sessionStorage.setItem("list", JSON.stringify({ back: location.pathname + location.search, links }));
const list = JSON.parse(sessionStorage.getItem("list") ?? "null");
const place = list?.links.findIndex(({ pathname }) => pathname === location.pathname) ?? -1;
if (place >= 0) {
  const way = make("nav", { className: "links", ariaLabel: "Records" });
  const lead = (record, label, key) => record && way.append(make("a", { className: "button", href: record.pathname, textContent: label, title: `${record.text} (${key})`, accessKey: key }));
  way.append(make("a", { className: "button", href: list.back, textContent: "Back to the list" }));
  lead(list.links[place - 1], "Previous", "k");
  lead(list.links[place + 1], "Next", "j");
  document.querySelector("h1").before(way);
}

/* Ctrl K: pages, records, and what can be done on this page */

const ask = async (path, again = true) => {
  // What helps is silent where nothing answers.
  const answer = await fetch(path, { headers: { accept: "application/json" } }).catch(() => undefined);
  if (answer?.ok) return await answer.json().catch(() => ({ items: [] }));
  if (answer?.status !== 401 || !again) return { items: [] };
  await fetch("/v1/auth/refresh", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }).catch(() => undefined);
  return await ask(path, false);
};
const records = [
  { kind: "Order", path: (q) => `/v1/admin/orders?limit=6&q=${q}`, show: ({ id, number, email }) => [`/admin/orders/${id}`, `${number} ${email}`] },
  { kind: "Product", path: (q) => `/v1/admin/products?limit=6&q=${q}`, show: ({ id, title, variants }) => [`/admin/products/${id}`, `${title} ${variants[0].sku}`] },
  { kind: "Customer", path: (q) => `/v1/admin/customers?limit=6&q=${q}`, show: ({ email, name }) => [`/admin/customers/${encodeURIComponent(email)}`, `${email} ${name ?? ""}`] },
  { kind: "Gift card", fits: /^\w{4}$/, path: (q) => `/v1/admin/gift-cards?limit=6&last4=${q}`, show: ({ id, last4 }) => [`/admin/gift-cards/${id}`, last4] },
];

if (find) {
  const input = make("input", { type: "search", autocomplete: "off" });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-label", "Find a page, a record or something to do");
  input.setAttribute("aria-controls", "found");
  input.setAttribute("aria-expanded", "true");
  const found = make("ul", { id: "found", role: "listbox", ariaLabel: "Found" });
  const dialog = make("dialog", { ariaLabel: "Find" }, input, found);
  document.body.append(dialog);
  let chosen = 0;
  let turns = 0;

  const commands = () => [
    ...[...document.querySelectorAll(".main-nav a")].map((link) => ({ text: link.textContent, kind: "Page", href: link.href })),
    ...[...document.querySelectorAll("main .links a")].map((link) => ({ text: link.textContent, kind: "Here", href: link.href })),
    ...[...document.querySelectorAll("main summary")].map((summary) => ({ text: summary.textContent, kind: "Here", go: () => open(summary) })),
  ];
  const open = (summary) => {
    summary.parentElement.open = true;
    (summary.parentElement.querySelector("input:not([type=hidden]), select, button") ?? summary).focus();
  };
  const choose = (index) => {
    chosen = Math.max(0, Math.min(index, found.children.length - 1));
    [...found.children].forEach((entry, n) => entry.setAttribute("aria-selected", String(n === chosen)));
    input.setAttribute("aria-activedescendant", found.children[chosen]?.id ?? "");
    found.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const show = (entries) => {
    found.replaceChildren(
      ...entries.map(({ text, kind, href, go }, n) => {
        const link = make("a", { href: href ?? "#", tabIndex: -1 }, make("span", { textContent: text, dir: "auto" }), make("small", { textContent: kind }));
        link.addEventListener("click", (event) => {
          if (!go) return;
          event.preventDefault();
          dialog.close();
          go();
        });
        return make("li", { id: `found-${n}`, role: "option" }, link);
      }),
    );
    choose(0);
  };
  const look = async () => {
    const words = input.value.trim().toLowerCase();
    const turn = ++turns;
    const known = commands().filter(({ text }) => text.toLowerCase().includes(words));
    show(known);
    if (words.length < 2) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (turn !== turns) return;
    const asked = records.filter(({ fits }) => fits?.test(words) ?? true);
    const answers = await Promise.all(asked.map(async ({ kind, path, show: of }) => {
      const { items } = await ask(path(encodeURIComponent(words)));
      return items.map((item) => ({ kind, href: of(item)[0], text: of(item)[1] }));
    }));
    const everything = { text: `All that is like \u201c${input.value.trim()}\u201d`, kind: "Search", href: `/admin/find?q=${encodeURIComponent(words)}` };
    if (turn === turns) show([...known, ...answers.flat(), everything]);
  };
  const begin = () => {
    input.value = "";
    dialog.showModal();
    look();
  };
  find.addEventListener("click", (event) => {
    event.preventDefault();
    begin();
  });
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter") found.children[chosen]?.firstElementChild.click();
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    event.preventDefault();
    if (!dialog.open) begin();
  });
}
