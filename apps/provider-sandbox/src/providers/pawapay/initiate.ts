import type { OperationKind } from "../../ledger/records.js";
import type { Operations, Request } from "../../operations/operations.js";
import { drawCode, drawDigits } from "../../system/draw.js";
import { fromHundredths, toHundredths } from "./amounts.js";
import { Rejection } from "./failures.js";
import { placeOf } from "./markets.js";
import {
  asAmount,
  asId,
  asObject,
  asString,
  checkAmount,
  extraFields,
  onlyFields,
  paymentIdOf,
  readExtras,
  readParty,
} from "./read-request.js";
import { detailsOf, idField } from "./render.js";

const drawTransactionId = (provider: string): string =>
  provider.startsWith("MTN") || provider.startsWith("AIRTEL") ? drawDigits(14) : drawCode(12);

export const readDeposit = (given: unknown): Request => {
  const body = asObject(given, "the body");
  onlyFields(body, [...extraFields, "preAuthorisationCode"], ["depositId", "amount", "currency", "payer"]);
  if (body["preAuthorisationCode"] !== undefined) {
    // No operator here asks for one; pawaPay lets it pass unused.
    asString(body["preAuthorisationCode"], "preAuthorisationCode");
  }
  return read("charge", body);
};

export const readPayout = (given: unknown): Request => {
  const body = asObject(given, "the body");
  onlyFields(body, extraFields, ["payoutId", "amount", "currency", "recipient"]);
  return read("payout", body);
};

const read = (kind: OperationKind, body: Readonly<Record<string, unknown>>): Request => {
  const id = asId(body[idField(kind)], idField(kind)).toLowerCase();
  const amount = asAmount(body["amount"]);
  const currency = asString(body["currency"], "currency");
  const extras = readExtras(body);
  const party = kind === "charge" ? "payer" : "recipient";
  const { phoneNumber, place } = readParty(body[party], party);
  checkAmount(amount, currency, place, kind);
  const { provider } = place.operator;
  return {
    provider: "pawapay",
    kind,
    id,
    paymentId: paymentIdOf(extras),
    payer: phoneNumber,
    amount,
    currency,
    transactionId: drawTransactionId(provider),
    details: { country: place.market.country, provider, ...extras },
  };
};

/** A refund takes its party, currency, and what it may at most be from the deposit. */
export const readRefund = (
  given: unknown,
  operations: Operations,
  refunded: (depositId: string) => { readonly completed: bigint; readonly underWay: boolean },
): Request => {
  const body = asObject(given, "the body");
  onlyFields(body, ["amount", "currency", "metadata", "clientReferenceId"], ["refundId", "depositId"]);
  const id = asId(body["refundId"], "refundId").toLowerCase();
  const depositId = asId(body["depositId"], "depositId").toLowerCase();
  const asked = body["amount"] === undefined ? undefined : asAmount(body["amount"]);
  const extras = readExtras(body);

  const deposit = operations.find("pawapay", "charge", depositId);
  if (!deposit) throw new Rejection(200, "NOT_FOUND", "There is no deposit with this depositId.");
  if (deposit.settled?.outcome.status !== "completed") {
    throw new Rejection(200, "INVALID_STATE", "Only a completed deposit can be refunded.");
  }
  const { operation } = deposit;
  if (body["currency"] !== undefined && body["currency"] !== operation.currency) {
    throw new Rejection(200, "INVALID_CURRENCY", "A refund is made in the currency of its deposit.");
  }
  const { completed, underWay } = refunded(depositId);
  if (underWay) throw new Rejection(200, "REFUND_IN_PROGRESS", "Another refund of this deposit is under way.");
  const left = toHundredths(operation.amount) - completed;
  if (left <= 0n) throw new Rejection(200, "DEPOSIT_ALREADY_REFUNDED", "The deposit has been refunded already.");
  const amount = asked ?? fromHundredths(left);
  if (toHundredths(amount) > left) throw new Rejection(200, "AMOUNT_TOO_LARGE", "More than is left of the deposit.");
  const { country, provider } = detailsOf(operation);
  checkAmount(amount, operation.currency, placeOf(provider)!, "refund");
  return {
    provider: "pawapay",
    kind: "refund",
    id,
    paymentId: paymentIdOf(extras) ?? operation.paymentId,
    payer: operation.payer,
    amount,
    currency: operation.currency,
    transactionId: drawTransactionId(provider),
    details: { country, provider, depositId, ...extras },
  };
};
