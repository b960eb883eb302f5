import type { FailureName } from "../../behaviours/behaviours.js";
import type { OperationKind } from "../../ledger/records.js";

export type Failure = Readonly<{ failureCode: string; failureMessage: string }>;

/** A request turned away; technical ones are 4xx, all others HTTP 200 with status REJECTED. */
export class Rejection extends Error {
  constructor(
    readonly statusCode: 200 | 400 | 401 | 403,
    readonly failureCode: string,
    override readonly message: string,
  ) {
    super(message);
  }

  get failure(): Failure {
    return { failureCode: this.failureCode, failureMessage: this.message };
  }
}

const deposits: Readonly<Record<FailureName, Failure>> = {
  limit: { failureCode: "PAYER_LIMIT_REACHED", failureMessage: "The payer has reached a transaction limit of the wallet." },
  not_found: { failureCode: "PAYER_NOT_FOUND", failureMessage: "The number has no wallet with this provider." },
  not_approved: { failureCode: "PAYMENT_NOT_APPROVED", failureMessage: "The payer did not approve the payment." },
  no_funds: { failureCode: "INSUFFICIENT_BALANCE", failureMessage: "The payer's balance does not cover the payment." },
  unspecified: { failureCode: "UNSPECIFIED_FAILURE", failureMessage: "The provider gave no reason for the failure." },
  recipient_not_found: { failureCode: "UNSPECIFIED_FAILURE", failureMessage: "The provider gave no reason for the failure." },
  // pawaPay has no code for a prompt that timed out: it reports it as not approved.
  timed_out: { failureCode: "PAYMENT_NOT_APPROVED", failureMessage: "The payer did not answer the prompt in time." },
};

const outgoing: Readonly<Record<FailureName, Failure>> = {
  limit: { failureCode: "WALLET_LIMIT_REACHED", failureMessage: "The recipient's wallet has reached a limit." },
  not_found: { failureCode: "RECIPIENT_NOT_FOUND", failureMessage: "The number has no wallet with this provider." },
  not_approved: { failureCode: "MANUALLY_CANCELLED", failureMessage: "The payment was cancelled." },
  no_funds: { failureCode: "PAWAPAY_WALLET_OUT_OF_FUNDS", failureMessage: "The wallet does not cover the payment." },
  unspecified: deposits.unspecified,
  recipient_not_found: { failureCode: "RECIPIENT_NOT_FOUND", failureMessage: "The number has no wallet with this provider." },
  timed_out: deposits.unspecified,
};

export const failureOf = (kind: OperationKind, name: FailureName): Failure =>
  kind === "charge" ? deposits[name] : outgoing[name];
