import { csvLine } from "../../ledger/csv.js";
import type { Movement } from "../../ledger/book.js";
import { metadataObject } from "./read-request.js";
import { detailsOf, renderTime } from "./render.js";

/** pawaPay names the columns of its export on its pages, not their order or spelling in the file: both are a choice here. */
export const statementColumns = [
  "Transaction ID",
  "Type",
  "Status",
  "Creation Date",
  "Completion Date",
  "Amount",
  "Currency",
  "Country",
  "MNO",
  "MSISDN",
  "Provider Transaction ID",
  "Deposit ID",
  "Client Reference ID",
  "Metadata",
] as const;

const types = { charge: "DEPOSIT", payout: "PAYOUT", refund: "REFUND" } as const;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function* pawapayStatement(movements: readonly Movement[], date: string): Generator<string> {
  yield csvLine(statementColumns);
  for (const { operation, atMs } of movements) {
    if (operation.provider !== "pawapay" || dayOf(atMs) !== date) continue;
    const { country, provider, depositId, clientReferenceId, metadata } = detailsOf(operation);
    yield csvLine([
      operation.id,
      types[operation.kind],
      "COMPLETED",
      renderTime(operation.acceptedAtMs),
      renderTime(atMs),
      operation.amount,
      operation.currency,
      country,
      provider,
      operation.payer,
      operation.transactionId,
      operation.kind === "charge" ? operation.id : (depositId ?? ""),
      clientReferenceId ?? "",
      metadata ? JSON.stringify(metadataObject(metadata)) : "",
    ]);
  }
}
