// Stripe's bodies: forms whose names are paths, such as metadata[order].

export function formOf(text) {
  const form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== "");
    const last = path.pop();
    let place = form;
    for (const part of path) place = place[part] ??= {};
    place[last] = value;
  }
  return form;
}
