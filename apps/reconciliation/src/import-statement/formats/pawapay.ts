import { isCurrencyCode, parseAmount, parseInstant } from "@malipo/kernel";
import { matchKey } from "@malipo/statement-matching";
import { type CsvRow, type StatementFormat, UnreadableLineError, cell, idCell, referenceCell, readWith } from "./statement-format.js";

const kinds: Readonly<Record<string, "charge" | "payout" | "refund">> = { DEPOSIT: "charge", PAYOUT: "payout", REFUND: "refund" };
const outcomes: Readonly<Record<string, "completed" | "failed">> = { COMPLETED: "completed", FAILED: "failed", REJECTED: "failed" };

/** pawaPay's transaction export. A deposit's id is our attempt id; the operator's number is the second way to it. */
export const pawapayStatement: StatementFormat = {
  provider: "pawapay",
  columns: ["Transaction ID", "Type", "Status", "Completion Date", "Amount", "Currency", "Provider Transaction ID"],
  aheadOfUtcMs: 0,
  read(row: CsvRow) {
    const kind = kinds[cell(row, "Type").toUpperCase()];
    if (kind === undefined) throw new UnreadableLineError("Type is not known");
    const currency = cell(row, "Currency").toUpperCase();
    if (!isCurrencyCode(currency)) throw new UnreadableLineError("Currency is not known");
    const id = idCell(row, "Transaction ID");
    const reference = referenceCell(row, "Provider Transaction ID");
    return {
      kind,
      transactionId: id,
      keys: [id, ...(reference === undefined ? [] : [reference])].map(matchKey),
      // A word that we do not know says nothing about the money, so it contradicts nobody.
      outcome: outcomes[cell(row, "Status").toUpperCase()] ?? "pending",
      amount: readWith("Amount", () => parseAmount(cell(row, "Amount"), currency)),
      at: readWith("Completion Date", () => parseInstant(cell(row, "Completion Date"))),
    };
  },
};
