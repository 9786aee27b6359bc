// The file's names of countries as ISO 3166-1 alpha-2.

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
