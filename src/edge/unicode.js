// The platform's tables of Unicode. Ours would be a tenth of the Worker.

/** `form`: such as "NFC". */
export const normalized = (text, form) => text.normalize(form);

export const lowercase = (text) => text.toLowerCase();

export const uppercase = (text) => text.toUpperCase();

/** A domain in ASCII; undefined if none can be so. Of its ASCII it has nothing that ends a host. */
export function host(domain) {
  // Behind a letter's label nothing is read as an IPv4 address, as 1.2 would be.
  const end = ".a";
  return URL.parse(`http://${domain}${end}`)?.hostname.slice(0, -end.length);
}
