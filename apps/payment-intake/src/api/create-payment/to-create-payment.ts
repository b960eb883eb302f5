import { invalid, Problem, type Trace } from "@malipo/http-api";
import { type Account, type AmountFault, isCurrencyCode, type Money, parseAccount, parseAmount } from "@malipo/kernel";
import { assertCallbackUrlAllowed, type CallbackUrlFault, CallbackUrlRefusedError, type DevelopmentAccess } from "@malipo/outbound-http";
import { holdsCardNumber } from "./card-numbers.js";
import type { CreatePayment } from "./create-payment.handler.js";
import type { CreatePaymentRequest } from "./create-payment.request.js";
import { type PayerAccount, type PaymentTerms, readPayerAccount } from "./payment-terms.js";

type Context = Readonly<{ account: Account; idempotencyKey: string | undefined; canonicalBody: string; trace: Trace }>;

const amountFaults: Readonly<Record<AmountFault, string>> = {
  not_a_decimal: "must be an unsigned decimal text such as \"10.00\"",
  too_many_decimals: "has more decimals than the currency",
  too_large: "is too large",
};

const urlFaults: Readonly<Record<CallbackUrlFault, string>> = {
  not_a_url: "must be an absolute URL",
  scheme_not_allowed: "must begin with https://",
  userinfo_not_allowed: "must not hold a user name or password",
  host_not_allowed: "must name a public host",
  address_not_allowed: "must not lead to a private or reserved address",
  too_long: "is longer than 2048 characters",
};

/** From a well-formed request to what may be asked of the decider, or a refusal by field that leaves nothing behind. */
export class CreatePaymentReader {
  constructor(
    private readonly terms: PaymentTerms,
    private readonly access: DevelopmentAccess,
  ) {}

  read(body: CreatePaymentRequest, context: Context): CreatePayment {
    const amount = readAmount(body);
    const payer = readPayer(body);
    // The validators let null pass for a field that may be left out.
    const callbackUrl = body.callback_url === undefined || body.callback_url === null ? undefined : this.callbackUrl(body.callback_url, context.account);
    const terms = this.terms.resolve({ account: context.account, amount, method: body.payment_method, payer });
    if (terms === undefined) {
      throw new Problem("validation_error", "No channel serves this country, currency, method, and amount.", {
        details: { payment_method: ["is not served for this number, currency, and amount"] },
      });
    }
    return { ...context, reference: body.reference, amount, method: body.payment_method, payer, terms, callbackUrl };
  }

  private callbackUrl(text: string, account: Account): string {
    if (holdsCardNumber(safeDecode(text))) throw invalid({ callback_url: ["must not hold a card number"] });
    try {
      return assertCallbackUrlAllowed(text, { ...this.access, mode: parseAccount(account).mode }).href;
    } catch (error) {
      if (error instanceof CallbackUrlRefusedError) throw invalid({ callback_url: [urlFaults[error.fault]] });
      throw error;
    }
  }
}

const readAmount = ({ amount: text, currency }: CreatePaymentRequest): Money => {
  if (!isCurrencyCode(currency)) throw invalid({ currency: ["must be an ISO 4217 code in upper case"] });
  const amount = parseAmount(text, currency);
  if (typeof amount === "string") throw invalid({ amount: [amountFaults[amount]] });
  if (amount.minor === 0n) throw invalid({ amount: ["must be more than zero"] });
  return amount;
};

const readPayer = ({ walletID, payment_method: method }: CreatePaymentRequest): PayerAccount | undefined => {
  if (walletID === undefined || walletID === null) {
    if (method === "mobile_money" || method === "wallet") throw invalid({ walletID: [`is required for ${method}`] });
    return undefined;
  }
  const payer = readPayerAccount(walletID);
  if (payer === undefined) throw invalid({ walletID: ["is not a number that can exist"] });
  return payer;
};

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
