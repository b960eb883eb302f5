import { limitsOf, markets, placeOf } from "./markets.js";
import { Rejection } from "./failures.js";
import type { Json } from "./read-request.js";

const operationTypes = ["DEPOSIT", "PAYOUT", "REFUND"] as const;
export type OperationType = (typeof operationTypes)[number];
export type Filter = Readonly<{ country?: string; operationType?: OperationType }>;

export const readFilter = (query: Json): Filter => {
  const { country, operationType } = query;
  if (operationType !== undefined && !operationTypes.includes(operationType as OperationType)) {
    throw new Rejection(400, "INVALID_PARAMETER", "operationType: DEPOSIT, PAYOUT, or REFUND is expected");
  }
  if (country !== undefined && (typeof country !== "string" || !markets.some((market) => market.country === country))) {
    throw new Rejection(400, "INVALID_PARAMETER", "country: an ISO 3166 code of three letters is expected");
  }
  return {
    ...(country !== undefined && { country }),
    ...(operationType !== undefined && { operationType: operationType as OperationType }),
  };
};

const marketsOf = ({ country }: Filter) => markets.filter((market) => country === undefined || market.country === country);
const typesOf = ({ operationType }: Filter) => operationTypes.filter((type) => (operationType ?? type) === type);

export const renderAvailability = (filter: Filter): readonly Json[] =>
  marketsOf(filter).map(({ country, operators }) => ({
    country,
    providers: operators.map(({ provider }) => ({
      provider,
      operationTypes: typesOf(filter).map((operationType) => ({ operationType, status: "OPERATIONAL" })),
    })),
  }));

export const renderActiveConf = (filter: Filter, callbackUrls: Readonly<Record<OperationType, string | undefined>>): Json => ({
  companyName: "Sandbox",
  signatureConfiguration: { signedRequestsOnly: false, signedCallbacks: false },
  countries: marketsOf(filter).map(({ country, prefix, operators }) => ({
    country,
    prefix,
    providers: operators.map(({ provider, name, currencies }) => ({
      provider,
      displayName: name,
      currencies: Object.keys(currencies).map((currency) => ({
        currency,
        operationTypes: Object.fromEntries(
          typesOf(filter).map((type) => [type, renderType(type, provider, currency, callbackUrls[type])]),
        ),
      })),
    })),
  })),
});

const renderType = (type: OperationType, provider: string, currency: string, callbackUrl: string | undefined): Json => {
  const { min, max } = limitsOf(currency);
  const decimals = placeOf(provider)!.operator.currencies[currency]!;
  return {
    minAmount: min,
    maxAmount: max,
    decimalsInAmount: type === "DEPOSIT" ? decimals.deposit : decimals.payout,
    status: "OPERATIONAL",
    ...(callbackUrl !== undefined && { callbackUrl }),
    ...(type === "DEPOSIT" && { authType: "PROVIDER_AUTH" }),
  };
};
