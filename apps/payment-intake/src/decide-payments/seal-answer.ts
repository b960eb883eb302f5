import type { Account, PayerId, PaymentId, Sealed } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import type { KeyOwner, Vault } from "@malipo/ports";
import { createdAnswer } from "../api/shared/payment-answer.js";

type PaymentInitiated = Extract<PaymentEvent, { type: "PaymentInitiated" }>;

/** An answer is the payer's data: erasing the payer erases it too. Without a payer it belongs to the account. */
export const answerOwner = (account: Account, payer: PayerId | undefined): KeyOwner => ({
  purpose: "personal-data",
  account,
  ...(payer !== undefined && { payer }),
});

export const answerField = (paymentId: PaymentId): string => `payment/${paymentId}/answer`;

/** Renders the exact first answer of a create and seals it into the event, for the client that repeats its key. */
export const sealAnswer = async (vault: Vault, account: Account, event: PaymentInitiated): Promise<PaymentInitiated> => {
  const { reference, orderNumber, amount, method, at, paymentId, payer } = event;
  const body = createdAnswer({ reference, orderNumber, status: event.public.status, amount, method, createdAt: at });
  const answer: Sealed = await vault.seal(answerOwner(account, payer?.id), answerField(paymentId), JSON.stringify({ status: 201, body: JSON.stringify(body) }));
  return { ...event, answer };
};
