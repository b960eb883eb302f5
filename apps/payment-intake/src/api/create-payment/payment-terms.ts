import { type Account, type ChannelId, type Money, type PaymentMethod, type ProviderId, zero } from "@malipo/kernel";
import type { NextCandidate, Terms } from "@malipo/payment-lifecycle";
import { coverageFor, providers } from "@malipo/provider-registry";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** The payer's account: E.164 with plus, and its country as the providers' tables name it. */
export type PayerAccount = Readonly<{ msisdn: string; country: string }>;

/** Countries by calling code, from the lines that some provider serves: nowhere else can be charged anyway. */
const countryOfCallingCode = new Map(
  [...providers.values()].flatMap(({ capabilities }) => capabilities.collections.map(({ callingCode, country }) => [String(callingCode), country] as const)),
);

/** @returns undefined when the digits are no number that can exist; `country` is empty where nobody serves it. */
export const readPayerAccount = (digits: string): PayerAccount | undefined => {
  const phone = parsePhoneNumberFromString(`+${digits}`);
  if (phone === undefined || !phone.isValid()) return undefined;
  return { msisdn: phone.number, country: countryOfCallingCode.get(phone.countryCallingCode) ?? "" };
};

export interface ChannelDirectory {
  channels(account: Account): readonly Readonly<{ channelId: ChannelId; provider: ProviderId }>[];
}

export type TermsQuery = Readonly<{ account: Account; amount: Money; method: PaymentMethod; payer: PayerAccount | undefined }>;

/** What the decider needs to know beyond the request, resolved here so that it reads no other topic. */
export class PaymentTerms {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly times: Readonly<{ expiresAfterMs: number; resolveAfterMs: number }>,
  ) {}

  /** Undefined when no channel of the account serves this country, currency, method, number, and amount. */
  resolve({ account, amount, method, payer }: TermsQuery): Terms | undefined {
    if (payer === undefined) return undefined; // cards and bank accounts have no provider yet
    const query = { country: payer.country, currency: amount.currency, method, payerAccount: payer.msisdn, amount };
    const serving = new Set(coverageFor(query).map(({ provider }) => provider));
    const channels: NextCandidate[] = this.directory
      .channels(account)
      .filter(({ provider }) => serving.has(provider))
      .map(({ provider, channelId }) => ({ provider, channelId }));
    if (channels.length === 0) return undefined;
    return { version: 0, feeFixed: zero(amount.currency), feeBasisPoints: 0, channels, ...this.times };
  }
}
