import type { OperationKind } from "../../ledger/records.js";

export type Decimals = "NONE" | "TWO_PLACES";
export type Operator = Readonly<{
  provider: string;
  name: string;
  /** National prefixes by which predict-provider tells operators apart. */
  prefixes: readonly string[];
  currencies: Readonly<Record<string, Readonly<{ deposit: Decimals; payout: Decimals }>>>;
}>;
export type Market = Readonly<{
  country: string;
  prefix: string;
  /** Digits after the country's prefix. */
  nationalDigits: readonly number[];
  operators: readonly Operator[];
}>;

const both = (decimals: Decimals) => ({ deposit: decimals, payout: decimals });
const none = both("NONE");
const two = both("TWO_PLACES");
const operator = (
  provider: string,
  name: string,
  currencies: Operator["currencies"],
  prefixes: string,
): Operator => ({ provider, name, currencies, prefixes: prefixes.split(" ") });
const market = (country: string, prefix: string, nationalDigits: readonly number[], ...operators: Operator[]): Market => ({
  country,
  prefix,
  nationalDigits,
  operators,
});

/**
 * Countries, operators, and decimals as pawaPay's own tables give them. TZA and MWI stand beside them for the Gateway's
 * operators; their decimals are a choice (TZS whole, MWK two places). Operator prefixes serve predict-provider alone.
 */
export const markets: readonly Market[] = [
  market(
    "BEN",
    "229",
    [8, 10],
    operator("MTN_MOMO_BEN", "MTN", { XOF: none }, "51 52 53 54 61 62 66 67 69 90 91 96 97 0151 0161 0166 0167 0190 0196 0197"),
    operator("MOOV_BEN", "Moov", { XOF: none }, "55 58 60 63 64 65 68 94 95 98 99 0155 0158 0160 0163 0194 0195 0198"),
  ),
  market(
    "CMR",
    "237",
    [9],
    operator("MTN_MOMO_CMR", "MTN", { XAF: none }, "67 650 651 652 653 654 680 681 682 683"),
    operator("ORANGE_CMR", "Orange", { XAF: none }, "69 655 656 657 658 659 685 686 687 688 689"),
  ),
  market(
    "CIV",
    "225",
    [10],
    operator("MTN_MOMO_CIV", "MTN", { XOF: none }, "05"),
    operator("ORANGE_CIV", "Orange", { XOF: none }, "07"),
  ),
  market(
    "COD",
    "243",
    [9],
    operator("VODACOM_MPESA_COD", "Vodacom", { CDF: none, USD: two }, "81 82 83 86"),
    operator("AIRTEL_COD", "Airtel", { CDF: two, USD: two }, "97 98 99"),
    operator("ORANGE_COD", "Orange", { CDF: two, USD: two }, "80 84 85 89"),
  ),
  market("GAB", "241", [8], operator("AIRTEL_GAB", "Airtel", { XAF: two }, "74 76 77")),
  market(
    "KEN",
    "254",
    [9],
    operator("MPESA_KEN", "M-Pesa", { KES: { deposit: "NONE", payout: "TWO_PLACES" } }, "7 1"),
  ),
  market(
    "COG",
    "242",
    [9],
    operator("AIRTEL_COG", "Airtel", { XAF: none }, "04 05"),
    operator("MTN_MOMO_COG", "MTN", { XAF: none }, "06"),
  ),
  market(
    "RWA",
    "250",
    [9],
    operator("AIRTEL_RWA", "Airtel", { RWF: none }, "72 73"),
    operator("MTN_MOMO_RWA", "MTN", { RWF: none }, "78 79"),
  ),
  market(
    "SEN",
    "221",
    [9],
    operator("FREE_SEN", "Free", { XOF: none }, "76"),
    operator("ORANGE_SEN", "Orange", { XOF: none }, "77 78"),
  ),
  market("SLE", "232", [8], operator("ORANGE_SLE", "Orange", { SLE: two }, "71 72 73 74 75 76 78 79")),
  market(
    "UGA",
    "256",
    [9],
    operator("AIRTEL_OAPI_UGA", "Airtel", { UGX: none }, "70 74 75 20"),
    operator("MTN_MOMO_UGA", "MTN", { UGX: two }, "76 77 78 79 39"),
  ),
  market(
    "ZMB",
    "260",
    [9],
    operator("AIRTEL_OAPI_ZMB", "Airtel", { ZMW: two }, "97 77 57"),
    operator("MTN_MOMO_ZMB", "MTN", { ZMW: two }, "96 76 56"),
    operator("ZAMTEL_ZMB", "Zamtel", { ZMW: two }, "95 75 55"),
  ),
  market(
    "TZA",
    "255",
    [9],
    operator("VODACOM_TZA", "Vodacom", { TZS: none }, "74 75 76"),
    operator("AIRTEL_TZA", "Airtel", { TZS: none }, "68 69 78"),
    operator("TIGO_TZA", "Tigo", { TZS: none }, "65 67 71 77"),
    operator("HALOTEL_TZA", "Halotel", { TZS: none }, "61 62"),
  ),
  market(
    "MWI",
    "265",
    [9],
    operator("AIRTEL_MWI", "Airtel", { MWK: two }, "98 99"),
    operator("TNM_MWI", "TNM", { MWK: two }, "88 89 31"),
  ),
];

export type Place = Readonly<{ market: Market; operator: Operator }>;

const places: ReadonlyMap<string, Place> = new Map(
  markets.flatMap((market) =>
    market.operators.map((operator): [string, Place] => [operator.provider, { market, operator }]),
  ),
);

export const placeOf = (provider: string): Place | undefined => places.get(provider);

export const numberFits = (market: Market, phoneNumber: string): boolean =>
  phoneNumber.startsWith(market.prefix) &&
  market.nationalDigits.includes(phoneNumber.length - market.prefix.length);

/** The operator whose prefix is the longest that fits. */
export const predict = (phoneNumber: string): Place | undefined => {
  const market = markets.find((candidate) => numberFits(candidate, phoneNumber));
  if (!market) return undefined;
  const national = phoneNumber.slice(market.prefix.length);
  const fitting = market.operators
    .flatMap((operator) => operator.prefixes.map((prefix) => ({ operator, prefix })))
    .filter(({ prefix }) => national.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  return fitting && { market, operator: fitting.operator };
};

export const decimalsFor = (operator: Operator, currency: string, kind: OperationKind): Decimals | undefined =>
  operator.currencies[currency]?.[kind === "charge" ? "deposit" : "payout"];

/** Per transaction, in major units; real limits differ by operator and are read from active-conf, as here. */
export const limitsOf = (currency: string): Readonly<{ min: string; max: string }> =>
  currency === "USD" ? { min: "0.5", max: "2500" } : { min: "1", max: "10000000" };
