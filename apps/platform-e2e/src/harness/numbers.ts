/** Prefixes of operators that a provider of that country reaches; what follows tells payments apart, the last three digits decide. */
const countries = {
  COD: { prefixes: ["24381", "24382", "24383"], currency: "USD" },
  KEN: { prefixes: ["25470", "25471", "25472"], currency: "KES" },
} as const;

export type Country = keyof typeof countries;

const perPrefix = 10_000;
const perSecond = 80;

// Each file of specs has a module of its own, but all share one platform and its ledger: each begins where the time of
// the run has come to, so that no two hand out the same numbers.
let next = Math.floor(process.uptime() * perSecond);

/** A number nobody else pays from in this run, so that the ledger's entries of a payer are those of one payment. */
export const payerIn = (country: Country, digits = "789"): string => {
  next += 1;
  const { prefixes } = countries[country];
  const prefix = prefixes[Math.floor(next / perPrefix) % prefixes.length]!;
  return `${prefix}${String(next % perPrefix).padStart(4, "0")}${digits}`;
};

export const currencyOf = (country: Country): string => countries[country].currency;

export const bothCountries: readonly Country[] = ["COD", "KEN"];
