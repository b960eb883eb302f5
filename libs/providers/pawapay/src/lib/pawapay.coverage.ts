import { currency, exponentOf } from "@malipo/kernel";
import type { Coverage } from "@malipo/provider-contract";

type Operator = readonly [code: string, decimalsByCurrency: Readonly<Record<string, number>>, prefixes: string];
type Market = readonly [country: string, callingCode: string, operators: readonly Operator[]];

/**
 * pawaPay's countries, operators, and decimals of deposits. Prefixes come from public numbering plans: numbers that moved
 * to another operator are predicted wrongly, and pawaPay then refuses without charging. TZA and MWI are not in the table
 * that we have; their operators and decimals follow its pattern until `active-conf` confirms them.
 */
const markets: readonly Market[] = [
  ["BEN", "229", [
    ["MTN_MOMO_BEN", { XOF: 0 }, "51 52 53 54 61 62 66 67 69 90 91 96 97 0151 0152 0153 0154 0161 0162 0166 0167 0169 0190 0191 0196 0197"],
    ["MOOV_BEN", { XOF: 0 }, "55 58 60 63 64 65 68 94 95 98 99 0155 0158 0160 0163 0164 0165 0168 0194 0195 0198 0199"],
  ]],
  ["CMR", "237", [
    ["MTN_MOMO_CMR", { XAF: 0 }, "67 650 651 652 653 654 680 681 682 683"],
    ["ORANGE_CMR", { XAF: 0 }, "69 655 656 657 658 659 685 686 687 688 689"],
  ]],
  ["CIV", "225", [["MTN_MOMO_CIV", { XOF: 0 }, "05"], ["ORANGE_CIV", { XOF: 0 }, "07"]]],
  ["COD", "243", [
    ["VODACOM_MPESA_COD", { CDF: 0, USD: 2 }, "81 82 83 86"],
    ["AIRTEL_COD", { CDF: 2, USD: 2 }, "97 98 99"],
    ["ORANGE_COD", { CDF: 2, USD: 2 }, "80 84 85 89"],
  ]],
  ["GAB", "241", [["AIRTEL_GAB", { XAF: 0 }, "74 76 77"]]],
  ["KEN", "254", [["MPESA_KEN", { KES: 0 }, "7 1"]]],
  ["COG", "242", [["AIRTEL_COG", { XAF: 0 }, "04 05"], ["MTN_MOMO_COG", { XAF: 0 }, "06"]]],
  ["RWA", "250", [["AIRTEL_RWA", { RWF: 0 }, "72 73"], ["MTN_MOMO_RWA", { RWF: 0 }, "78 79"]]],
  ["SEN", "221", [["FREE_SEN", { XOF: 0 }, "76"], ["ORANGE_SEN", { XOF: 0 }, "77 78"]]],
  ["SLE", "232", [["ORANGE_SLE", { SLE: 2 }, "71 72 73 74 75 76 78 79"]]],
  ["UGA", "256", [["AIRTEL_OAPI_UGA", { UGX: 0 }, "70 74 75 20"], ["MTN_MOMO_UGA", { UGX: 0 }, "76 77 78 79 39"]]],
  ["ZMB", "260", [
    ["AIRTEL_OAPI_ZMB", { ZMW: 2 }, "97 77 57"],
    ["MTN_MOMO_ZMB", { ZMW: 2 }, "96 76 56"],
    ["ZAMTEL_ZMB", { ZMW: 2 }, "95 75 55"],
  ]],
  ["TZA", "255", [
    ["VODACOM_TZA", { TZS: 0 }, "74 75 76"],
    ["AIRTEL_TZA", { TZS: 0 }, "68 69 78"],
    ["TIGO_TZA", { TZS: 0 }, "65 67 71 77"],
    ["HALOTEL_TZA", { TZS: 0 }, "61 62"],
  ]],
  ["MWI", "265", [["AIRTEL_MWI", { MWK: 2 }, "98 99"], ["TNM_MWI", { MWK: 2 }, "88 89 31"]]],
];

/** Gabon's Airtel and Uganda's MTN take two decimals on the wire; XAF and UGX have none, so whole amounts are all we send. */
export const pawapayCoverage: readonly Coverage[] = markets.flatMap(([country, callingCode, operators]) =>
  operators.flatMap(([operator, decimalsByCurrency, prefixes]) =>
    Object.entries(decimalsByCurrency).map(([code, decimals]): Coverage => {
      const money = currency(code);
      return {
        country,
        callingCode,
        currency: money,
        method: "mobile_money",
        operator,
        prefixes: prefixes.split(" "),
        decimals: Math.min(decimals, exponentOf(money)),
      };
    }),
  ),
);
