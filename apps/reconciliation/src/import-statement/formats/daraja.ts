import { currency, instant, parseAmount, parseInstant } from "@malipo/kernel";
import { matchKey } from "@malipo/statement-matching";
import { type CsvRow, type StatementFormat, UnreadableLineError, cell, idCell, readWith } from "./statement-format.js";

const kes = currency("KES");
/** The portal tells East Africa Time, three hours ahead of UTC all year. */
const aheadOfUtcMs = 3 * 3_600_000;

/**
 * Who pays by hand types what it likes as account number, often its own phone number. Ours is 12 hexadecimal digits; one
 * that has only decimal ones looks like a phone number, and is used without being kept.
 */
const accountOf = (text = ""): { keys: readonly string[]; hints: readonly string[] } => {
  const key = matchKey(text);
  if (!/^[0-9a-f]{12}$/.test(key)) return { keys: [], hints: [] };
  return /[a-f]/.test(key) ? { keys: [key], hints: [] } : { keys: [], hints: [key] };
};

/**
 * The M-PESA organisation portal's export. The receipt is known to us when the webhook came; the account number, which
 * is the beginning of our payment id, also when only a query told us of the payment.
 */
export const darajaStatement: StatementFormat = {
  provider: "daraja",
  columns: ["Receipt No.", "Completion Time", "Transaction Status", "Paid In", "Withdrawn"],
  aheadOfUtcMs,
  read(row: CsvRow) {
    const receipt = idCell(row, "Receipt No.");
    const paidIn = row["Paid In"]?.trim() ?? "";
    const withdrawn = row["Withdrawn"]?.trim().replace(/^-/, "") ?? "";
    const amount = paidIn === "" ? withdrawn : paidIn;
    if (amount === "") throw new UnreadableLineError("Paid In and Withdrawn are empty");
    const account = accountOf(row["A/C No."]);
    const status = cell(row, "Transaction Status").toLowerCase();
    return {
      kind: paidIn !== "" ? "charge" : (row["Reason Type"] ?? "").toLowerCase().includes("reversal") ? "refund" : "payout",
      transactionId: receipt,
      keys: [matchKey(receipt), ...account.keys],
      ...(account.hints.length > 0 && { hints: account.hints }),
      outcome: status === "completed" ? "completed" : status === "failed" || status === "cancelled" ? "failed" : "pending",
      amount: readWith("Paid In", () => parseAmount(amount.replaceAll(",", ""), kes)),
      at: readWith("Completion Time", () => instant(parseInstant(`${cell(row, "Completion Time").replace(" ", "T")}Z`) - aheadOfUtcMs)),
    };
  },
};
