import type { Brand } from "./brand.js";

/** ISO 4217 alphabetic code of an active currency, upper case. */
export type CurrencyCode = Brand<string, "CurrencyCode">;

/**
 * Decimals of every active ISO 4217 code that has a minor unit. Kept by hand, never taken from `Intl`, whose table
 * follows usage (it gives UGX and others different decimals by version). Codes without a minor unit (XAU, XDR,
 * XXX, …) cannot be charged and are absent.
 */
const codesByExponent: Readonly<Record<number, string>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU " +
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR " +
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP " +
    "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByExponent).flatMap(([exponent, codes]) => codes.split(" ").map((code) => [code, Number(exponent)] as const)),
);

export const isCurrencyCode = (text: string): text is CurrencyCode => exponents.has(text);

/** @throws RangeError when the text is no active ISO 4217 code with a minor unit. */
export const currency = (text: string): CurrencyCode => {
  if (!isCurrencyCode(text)) throw new RangeError("not an active ISO 4217 currency code");
  return text;
};

/** How many decimals the currency has (ISO 4217). */
export const exponentOf = (code: CurrencyCode): number => {
  const exponent = exponents.get(code);
  if (exponent === undefined) throw new RangeError(`no ISO 4217 currency: ${code}`);
  return exponent;
};

export const currencyCodes = (): readonly CurrencyCode[] => [...exponents.keys()] as CurrencyCode[];
