import type { CallbackStyle } from "../../callbacks/callback-sender.js";
import type { Operation } from "../../ledger/records.js";
import { resultOf } from "./results.js";
import { compactTime } from "./times.js";

export type DarajaDetails = Readonly<{
  merchantRequestId: string;
  callbackUrl: string;
  accountReference: string;
  description: string;
  transactionType: string;
}>;
export const detailsOf = (operation: Operation): DarajaDetails => operation.details as unknown as DarajaDetails;

/** To the address that came with the request. How often the real one repeats is nowhere told: a few times here. */
export const darajaCallbacks: CallbackStyle = {
  triesForMs: 120_000,
  pausesMs: [2_000, 5_000, 10_000, 20_000, 40_000],
  render: (operation, outcome, atMs) => {
    const { code, text } = resultOf(outcome);
    const { merchantRequestId, callbackUrl } = detailsOf(operation);
    const items = [
      { Name: "Amount", Value: Number(operation.amount) },
      { Name: "MpesaReceiptNumber", Value: operation.transactionId },
      { Name: "Balance" },
      { Name: "TransactionDate", Value: Number(compactTime(atMs)) },
      { Name: "PhoneNumber", Value: Number(operation.payer) },
    ];
    const stkCallback = {
      MerchantRequestID: merchantRequestId,
      CheckoutRequestID: operation.id,
      ResultCode: code,
      ResultDesc: text,
      ...(code === 0 && { CallbackMetadata: { Item: items } }),
    };
    return { url: callbackUrl, body: JSON.stringify({ Body: { stkCallback } }) };
  },
};
