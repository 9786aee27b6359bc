// The file's names of countries as ISO 3166-1 alpha-2, and an address in each.
import { readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";

const NAMES = {
  "United Kingdom": "GB", Germany: "DE", France: "FR", Spain: "ES", Netherlands: "NL", Belgium: "BE",
  Switzerland: "CH", Portugal: "PT", Australia: "AU", Norway: "NO", Italy: "IT", Finland: "FI",
  Cyprus: "CY", Sweden: "SE", Austria: "AT", Denmark: "DK", Japan: "JP", Poland: "PL", Israel: "IL",
  "Hong Kong": "HK", Singapore: "SG", Iceland: "IS", Canada: "CA", Greece: "GR", Malta: "MT",
  "United Arab Emirates": "AE", Lebanon: "LB", Lithuania: "LT", Brazil: "BR", "Czech Republic": "CZ",
  Bahrain: "BH", "Saudi Arabia": "SA",
  // In the second year that the same retailer published.
  Bermuda: "BM", Korea: "KR", Nigeria: "NG", Thailand: "TH", "West Indies": "TT",
  // Other names.
  EIRE: "IE", RSA: "ZA", USA: "US",
  // Not one country. Jersey is the larger of the Channel Islands; the Community sits in Brussels;
  // where nothing is said, the retailer's own.
  "Channel Islands": "JE", "European Community": "BE", Unspecified: "GB",
};

export const country = (name) => (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined);

/** The shop's own table of what an address has: src/address/country.rs says what its columns mean. */
const table = new Map(
  readFileSync(at("src", "address", "countries.js"), "utf8").split("\n").map((line) => [line.slice(0, 2), line.split("|")]),
);

/** The place for a parcel to a country of which the file says only the name: what the post there needs, made up. */
export function somewhereIn(name) {
  const code = country(name);
  const [, , , , layout, , , , , example] = table.get(code);
  return {
    city: name,
    ...(layout.includes("S") ? { region: name } : {}),
    ...(layout.includes("Z") ? { postal_code: example } : {}),
    country: code,
  };
}
