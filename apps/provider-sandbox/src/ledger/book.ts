import { Scenarios } from "../behaviours/scenarios.js";
import type { VirtualClock } from "../clock/virtual-clock.js";
import { keyOf, type JournalRecord, type LedgerEntry, type Operation, type Outcome, type Step } from "./records.js";

/** An operation with what has become of it. */
export interface HeldOperation {
  readonly operation: Operation;
  readonly key: string;
  readonly steps: Step[];
  readonly done: Set<number>;
  /** What a status query says now; undefined while the operator is still at it. */
  settled: { readonly outcome: Outcome; readonly atMs: number } | undefined;
}

/** Money that really moved. */
export type Movement = Readonly<{ entry: LedgerEntry; operation: Operation; atMs: number }>;

/** The fold of the journal: nothing in here that a restart does not find again. */
export class Book {
  readonly scenarios = new Scenarios();
  private readonly operations = new Map<string, HeldOperation>();
  private readonly moved: Movement[] = [];
  private readonly byPaymentId = new Map<string, LedgerEntry[]>();
  private readonly byPayer = new Map<string, LedgerEntry[]>();
  private readonly refundsByDeposit = new Map<string, HeldOperation[]>();

  constructor(private readonly clock: VirtualClock) {}

  apply(record: JournalRecord): void {
    switch (record.type) {
      case "accepted":
        return this.accept(record.operation);
      case "settled":
        return this.settle(this.held(record.key), record);
      case "told":
        this.held(record.key).done.add(record.step);
        return;
      case "step_added":
        this.held(record.key).steps.push(record.step);
        return;
      case "scenario_set":
        return this.scenarios.set(record.scenario);
      case "scenario_used":
        return this.scenarios.used(record.scenarioId);
      case "scenarios_cleared":
        return this.scenarios.clear();
      case "clock_run_ahead":
        return this.clock.runAhead(record.totalMs);
    }
  }

  find(key: string): HeldOperation | undefined {
    return this.operations.get(key);
  }

  all(): IterableIterator<HeldOperation> {
    return this.operations.values();
  }

  get movements(): readonly Movement[] {
    return this.moved;
  }

  refundsOf(depositId: string): readonly HeldOperation[] {
    return this.refundsByDeposit.get(depositId) ?? [];
  }

  entries(filter: { readonly payer?: string | undefined; readonly paymentId?: string | undefined }): readonly LedgerEntry[] {
    if (filter.paymentId !== undefined) {
      const found = this.byPaymentId.get(filter.paymentId) ?? [];
      return filter.payer === undefined ? found : found.filter(({ payer }) => payer === filter.payer);
    }
    if (filter.payer !== undefined) return this.byPayer.get(filter.payer) ?? [];
    return this.moved.map(({ entry }) => entry);
  }

  private held(key: string): HeldOperation {
    const held = this.operations.get(key);
    if (!held) throw new Error(`the journal tells more of an operation that it never accepted: ${key}`);
    return held;
  }

  private accept(operation: Operation): void {
    const key = keyOf(operation.provider, operation.kind, operation.id);
    if (this.operations.has(key)) throw new Error(`the journal accepts an operation twice: ${key}`);
    const held: HeldOperation = { operation, key, steps: [...operation.steps], done: new Set(), settled: undefined };
    this.operations.set(key, held);
    const { depositId } = operation.details;
    if (operation.kind === "refund" && typeof depositId === "string") addTo(this.refundsByDeposit, depositId, held);
  }

  private settle(held: HeldOperation, { step, outcome, atMs }: Extract<JournalRecord, { type: "settled" }>): void {
    held.done.add(step);
    held.settled = { outcome, atMs };
    if (outcome.status !== "completed") return;
    const { operation } = held;
    const { kind, provider, paymentId, payer, amount, currency, transactionId } = operation;
    const at = new Date(atMs).toISOString();
    const entry: LedgerEntry = { id: transactionId, kind, provider, paymentId, payer, amount, currency, at };
    this.moved.push({ entry, operation, atMs });
    if (paymentId !== null) addTo(this.byPaymentId, paymentId, entry);
    addTo(this.byPayer, payer, entry);
  }
}

const addTo = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};
