import { csvLine } from "../../ledger/csv.js";
import type { Movement } from "../../ledger/book.js";
import { detailsOf } from "./callbacks.js";
import { statementDay, statementTime } from "./times.js";

/** The columns of the organisation portal's export. */
export const statementColumns = [
  "Receipt No.",
  "Completion Time",
  "Initiation Time",
  "Details",
  "Transaction Status",
  "Paid In",
  "Withdrawn",
  "Balance",
  "Balance Confirmed",
  "Reason Type",
  "Other Party Info",
  "Linked Transaction ID",
  "A/C No.",
] as const;

const masked = (payer: string): string => `${payer.slice(0, 4)}*****${payer.slice(-3)}`;
const money = (amount: bigint): string => `${amount}.00`;

export function* darajaStatement(movements: readonly Movement[], date: string): Generator<string> {
  yield csvLine(statementColumns);
  let balance = 0n;
  for (const { operation, atMs } of movements) {
    if (operation.provider !== "daraja") continue;
    balance += BigInt(operation.amount);
    if (statementDay(atMs) !== date) continue;
    const { accountReference, transactionType } = detailsOf(operation);
    const forBill = transactionType === "CustomerPayBillOnline";
    yield csvLine([
      operation.transactionId,
      statementTime(atMs),
      statementTime(operation.acceptedAtMs),
      forBill ? `Pay Bill Online from ${masked(operation.payer)} Acc. ${accountReference}` : `Merchant Payment Online from ${masked(operation.payer)}`,
      "Completed",
      money(BigInt(operation.amount)),
      "",
      money(balance),
      "true",
      forBill ? "Pay Bill Online" : "Merchant Payment Online",
      `${masked(operation.payer)} - SANDBOX CUSTOMER`,
      "",
      accountReference,
    ]);
  }
}
