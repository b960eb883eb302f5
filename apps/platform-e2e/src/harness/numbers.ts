import { randomInt } from "node:crypto";

/** Prefixes that an operator of that country really has; the middle tells payments apart, the last three digits decide. */
const countries = {
  COD: { prefix: "24381", currency: "USD", provider: "pawapay" },
  KEN: { prefix: "25470", currency: "KES", provider: "daraja" },
} as const;

export type Country = keyof typeof countries;

let next = randomInt(9_000);

/** A number nobody else pays from in this run, so that the ledger's entries of a payer are those of one payment. */
export const payerIn = (country: Country, digits = "789"): string => {
  next = (next + 1) % 10_000;
  return `${countries[country].prefix}${String(next).padStart(4, "0")}${digits}`;
};

export const currencyOf = (country: Country): string => countries[country].currency;

export const bothCountries: readonly Country[] = ["COD", "KEN"];
