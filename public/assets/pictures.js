// Pictures are uploaded where their addresses stand, each with smaller ones that this browser makes
// of it. Without this an address can be typed in.
const addresses = '[id*="/images/"][id$="/url:text"]';
const set = document.querySelector(addresses)?.closest("fieldset.rows");
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/* Sending */

/** The most bytes that the shop takes. */
const most = 10_000_000;
/** A picture of more bytes is made this wide, which is more than any page shows. */
const widest = 2_560;
/** From a list on a telephone to a whole column on a good screen. */
const widths = [320, 640, 960, 1_600];

const send = async (query, picture, again = true) => {
  const type = picture.type.startsWith("image/") ? picture.type : "application/octet-stream";
  const request = { method: "POST", headers: { accept: "application/json", "content-type": type }, body: picture };
  const answer = await fetch(`/v1/admin/uploads${query}`, request).catch(() => undefined);
  const said = (await answer?.json().catch(() => undefined)) ?? {};
  if (answer?.ok) return said;
  if (answer?.status === 401 && again) {
    await fetch("/v1/auth/refresh", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    return send(query, picture, false);
  }
  throw new Error(said.detail ?? "the shop does not answer; try again");
};

/** The picture in this width, as WebP; in a browser that cannot write that, as JPEG. */
const inWidth = async (bitmap, width, type) => {
  const canvas = make("canvas", { width, height: Math.max(1, Math.round((bitmap.height * width) / bitmap.width)) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const written = (as) => new Promise((resolve) => canvas.toBlob(resolve, as, 0.82));
  const webp = await written("image/webp");
  // What may be seen through in PNG would be black in JPEG.
  return webp?.type === "image/webp" ? webp : written(type === "image/jpeg" ? type : "image/png");
};

const bitmapOf = (file) =>
  createImageBitmap(file).catch(() => {
    throw new Error("this browser cannot show it; save it anew and try that");
  });

const upload = async (file, tell) => {
  const bitmap = file.size > most ? await bitmapOf(file) : undefined;
  const picture = bitmap ? await inWidth(bitmap, Math.min(bitmap.width, widest), file.type) : file;
  const sent = await send("", picture);
  // A smaller one would stand still.
  if (sent.content_type === "image/gif") return sent;
  const whole = bitmap ?? (await bitmapOf(file));
  for (const width of widths.filter((width) => width < sent.width)) {
    tell(`, ${width} pixels wide`);
    await send(`?larger=${sent.id}`, await inWidth(whole, width, file.type));
  }
  return sent;
};

/* The rows */

const rows = () => [...set.children].filter((child) => child.classList.contains("row"));
const fieldsOf = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
const write = (field, value) => {
  field.value = value;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
};

/** Shows a picture in the first row that has none, and answers that row's other field. */
const show = ({ url }) => {
  let row = rows().find((row) => fieldsOf(row)[0].value === "");
  if (!row) {
    set.querySelector(":scope > button").click();
    row = rows().at(-1);
  }
  const [address, alt] = fieldsOf(row);
  write(address, url);
  return alt;
};

if (set) {
  const input = make("input", { type: "file", id: "upload", multiple: true, accept: "image/jpeg,image/png,image/webp,image/gif,image/avif" });
  const words = make("p", { className: "hint", role: "status" });
  const refused = make("ul", { className: "error" });
  const alert = make("div", { role: "alert" }, refused);
  set.append(make("div", { className: "field" }, make("label", { htmlFor: input.id, textContent: "Upload pictures" }), input, words, alert));

  let busy = false;
  input.addEventListener("change", async () => {
    const files = [...input.files];
    let [first, count] = [undefined, 0];
    busy = input.disabled = true;
    refused.replaceChildren();
    for (const [n, file] of files.entries()) {
      const tell = (more = "") => (words.textContent = `Uploading ${file.name} (${n + 1} of ${files.length})${more}`);
      tell();
      try {
        const alt = show(await upload(file, tell));
        first ??= alt;
        count += 1;
      } catch (error) {
        refused.append(make("li", { textContent: `${file.name}: ${error.message}` }));
      }
    }
    busy = input.disabled = false;
    input.value = "";
    words.textContent = count === 0 ? "" : `${count === 1 ? "The picture is" : `${count} pictures are`} there: say what each shows, and save.`;
    (first ?? input).focus();
  });
  // On its way to the document, where a form that is sent is made to wait.
  input.form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    event.stopPropagation();
  });

  for (const row of rows()) {
    const button = make("button", { type: "button", className: "quiet", textContent: "Earlier" });
    button.dataset.earlier = "";
    row.append(button);
  }
  set.addEventListener("click", ({ target }) => {
    if (!target.matches("[data-earlier]")) return;
    const row = target.closest(".row");
    const before = rows()[rows().indexOf(row) - 1];
    if (!before) return;
    const [there, here] = [before, row].map(fieldsOf);
    there.forEach((field, n) => {
      const value = field.value;
      write(field, here[n].value);
      write(here[n], value);
    });
    // The first has no button to go on with.
    (rows()[0] === before ? there[0] : before.querySelector("[data-earlier]")).focus();
  });
}
