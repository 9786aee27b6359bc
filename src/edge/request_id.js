// Names a request where Rust is not asked, or has just failed.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID, as Rust makes them: 48 bits of time and 80 of chance, five to a letter. */
export function requestId() {
  let id = "";
  for (let left = Date.now(), digit = 0; digit < 10; digit += 1, left = Math.floor(left / 32)) id = letters[left % 32] + id;
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += letters[byte & 31];
  return `req_${id}`;
}
