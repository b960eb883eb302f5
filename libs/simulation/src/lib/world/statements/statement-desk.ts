import { Readable } from "node:stream";
import { type ReconciliationService, statementFormats } from "@malipo/reconciliation";
import { SimulatedClock, type SimulatedTime } from "@malipo/event-log/simulated";
import type { ProviderLedger, Transaction } from "../providers/provider-ledger.js";

const epochDayMs = 86_400_000;
const dayOf = (atMs: number, aheadMs: number): string => new Date(atMs + aheadMs).toISOString().slice(0, 10);

const pawapayColumns = ["Transaction ID", "Type", "Status", "Completion Date", "Amount", "Currency", "Provider Transaction ID"];
const darajaColumns = ["Receipt No.", "Completion Time", "Transaction Status", "Paid In", "Withdrawn", "A/C No."];

/** A transaction as each provider's own export tells it. */
const rows: Readonly<Record<string, { columns: readonly string[]; row: (transaction: Transaction, aheadMs: number) => readonly string[] }>> = {
  pawapay: {
    columns: pawapayColumns,
    row: ({ body, reference, state, endedAtMs }) => {
      const status = state === "approved" ? "COMPLETED" : "FAILED";
      return [body.attemptId, "DEPOSIT", status, new Date(endedAtMs!).toISOString(), body.amount, body.currency, reference];
    },
  },
  daraja: {
    columns: darajaColumns,
    row: ({ body, reference, state, endedAtMs }, aheadMs) => {
      const local = new Date(endedAtMs! + aheadMs).toISOString().slice(0, 19).replace("T", " ");
      return [reference, local, state === "approved" ? "Completed" : "Failed", body.amount, "", body.paymentId.slice(0, 12)];
    },
  },
};

/** Operations, who download the providers' statements now and then and import them. */
export class StatementDesk {
  /** Imports that were asked for and have not come back; one whose process died never does. */
  underWay = 0;
  readonly #startDay: number;
  readonly #clock: SimulatedClock;

  constructor(
    private readonly time: SimulatedTime,
    private readonly ledgers: readonly ProviderLedger[],
    private readonly service: () => ReconciliationService | undefined,
  ) {
    this.#clock = new SimulatedClock(time);
    this.#startDay = Math.floor(this.#clock.now() / epochDayMs);
  }

  /** Every day of every provider, as their ledgers have it now. Whether all were taken. */
  async importAll(): Promise<boolean> {
    this.underWay += 1;
    try {
      const service = this.service();
      if (service === undefined) return false;
      const today = Math.floor(this.#clock.now() / epochDayMs);
      for (const ledger of this.ledgers) {
        // One day more: some tell the days of a place that is ahead.
        for (let day = this.#startDay; day <= today + 1; day += 1) await this.#import(service, ledger, new Date(day * epochDayMs).toISOString().slice(0, 10));
      }
      return true;
    } catch {
      return false;
    } finally {
      this.underWay -= 1;
    }
  }

  async #import(service: ReconciliationService, ledger: ProviderLedger, day: string): Promise<void> {
    const { columns, row } = rows[ledger.id]!;
    const aheadMs = statementFormats.get(ledger.id)!.aheadOfUtcMs;
    const lines = ledger.transactions.filter(({ endedAtMs }) => endedAtMs !== undefined && dayOf(endedAtMs, aheadMs) === day);
    if (lines.length === 0) return;
    const text = [columns, ...lines.map((transaction) => row(transaction, aheadMs))].map((cells) => cells.join(",")).join("\r\n");
    await service.importStatement.execute(ledger.id, day, Readable.from([Buffer.from(`${text}\r\n`)]));
  }
}
