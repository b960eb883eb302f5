import type { HeldOperation } from "../../ledger/book.js";
import type { Operation, OperationKind, Outcome } from "../../ledger/records.js";
import { failureOf } from "./failures.js";
import { metadataObject, type Extras, type Json } from "./read-request.js";

export const idField = (kind: OperationKind): "depositId" | "payoutId" | "refundId" =>
  kind === "charge" ? "depositId" : kind === "payout" ? "payoutId" : "refundId";

export type PawapayDetails = Readonly<{ country: string; provider: string; depositId?: string }> & Extras;
export const detailsOf = (operation: Operation): PawapayDetails => operation.details as unknown as PawapayDetails;

const withoutFraction = (ms: number): string => new Date(ms).toISOString().replace(/\.[0-9]{3}Z$/, "Z");

/** pawaPay's times are RFC 3339 in whole seconds. */
export const renderTime = withoutFraction;

/** The body of a callback, and `data` of a status query. */
export const renderData = (operation: Operation, outcome: Outcome | undefined): Json => {
  const { kind, id, amount, currency, payer, transactionId, acceptedAtMs } = operation;
  const { country, provider, metadata, customerMessage, clientReferenceId } = detailsOf(operation);
  const party = { type: "MMO", accountDetails: { phoneNumber: payer, provider } };
  return {
    [idField(kind)]: id,
    status: outcome ? (outcome.status === "completed" ? "COMPLETED" : "FAILED") : "PROCESSING",
    amount,
    currency,
    country,
    ...(kind === "charge" ? { payer: party } : { recipient: party }),
    ...(customerMessage !== undefined && { customerMessage }),
    ...(clientReferenceId !== undefined && { clientReferenceId }),
    created: renderTime(acceptedAtMs),
    ...(outcome?.status === "completed" && { providerTransactionId: transactionId }),
    ...(outcome?.status === "failed" && { failureReason: failureOf(kind, outcome.failure) }),
    ...(metadata && { metadata: metadataObject(metadata) }),
  };
};

export const renderCheck = (held: HeldOperation | undefined): Json =>
  held ? { status: "FOUND", data: renderData(held.operation, held.settled?.outcome) } : { status: "NOT_FOUND" };
