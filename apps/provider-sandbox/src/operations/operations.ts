import { planFor, type Answer } from "../behaviours/behaviours.js";
import type { CallbackSender } from "../callbacks/callback-sender.js";
import type { Schedule } from "../clock/schedule.js";
import type { VirtualClock } from "../clock/virtual-clock.js";
import type { Book, HeldOperation } from "../ledger/book.js";
import type { Journal } from "../ledger/journal.js";
import {
  keyOf,
  type JournalRecord,
  type Operation,
  type OperationKind,
  type ProviderName,
  type Step,
} from "../ledger/records.js";

export type Request = Omit<Operation, "acceptedAtMs" | "behaviour" | "steps">;
export type Accepted = Readonly<{ answer: Answer | "duplicate"; held?: HeldOperation }>;

/** Takes operations in and lets happen to them what their behaviour says, each fact on the disk before it shows. */
export class Operations {
  private readonly takingIn = new Map<string, Promise<unknown>>();
  private readonly doing = new Map<string, Promise<void>>();

  constructor(
    private readonly book: Book,
    private readonly journal: Journal,
    private readonly clock: VirtualClock,
    private readonly schedule: Schedule,
    private readonly callbacks: CallbackSender,
    private readonly drawLatencyMs: () => number,
  ) {}

  find(provider: ProviderName, kind: OperationKind, id: string): HeldOperation | undefined {
    return this.book.find(keyOf(provider, kind, id));
  }

  async accept(request: Request): Promise<Accepted> {
    const key = keyOf(request.provider, request.kind, request.id);
    // The same id twice at once: the second waits until the first is on the disk, or was turned away and left no trace.
    for (let first = this.takingIn.get(key); first; first = this.takingIn.get(key)) await first;
    const known = this.book.find(key);
    if (known) return { answer: "duplicate", held: known };
    const taken = this.takeIn(request);
    this.takingIn.set(key, taken);
    try {
      return await taken;
    } finally {
      this.takingIn.delete(key);
    }
  }

  /** Calls back once more about what an operation ended as. */
  async repeatCallback(held: HeldOperation): Promise<void> {
    if (!held.settled) return;
    const step: Step = { atMs: this.clock.now(), does: "call_back", outcome: held.settled.outcome };
    await this.record({ type: "step_added", key: held.key, step });
    this.plan(held, held.steps.indexOf(step));
  }

  /** After a restart: what was still to happen happens, at its time or now if that has passed. */
  resume(): void {
    for (const held of this.book.all()) {
      for (const index of held.steps.keys()) if (!held.done.has(index)) this.plan(held, index);
    }
  }

  private async takeIn(request: Request): Promise<Accepted> {
    const { payer, provider, kind } = request;
    const { behaviour, scenarioId } = this.book.scenarios.choose({ payer, provider, operation: kind });
    const writes: Promise<void>[] = [];
    // Counted before anything is awaited, or two requests at once would both take the last use.
    if (scenarioId !== undefined) writes.push(this.record({ type: "scenario_used", scenarioId }, "apply at once"));

    const plan = planFor(behaviour, kind, this.drawLatencyMs());
    if (plan.answer === "unavailable" || plan.answer === "broken") {
      await Promise.all(writes);
      return { answer: plan.answer };
    }
    const acceptedAtMs = this.clock.now();
    const steps = plan.steps.map(({ afterMs, does, outcome }) => ({ atMs: acceptedAtMs + afterMs, does, outcome }));
    writes.push(this.record({ type: "accepted", operation: { ...request, acceptedAtMs, behaviour, steps } }));
    await Promise.all(writes);
    const held = this.find(provider, kind, request.id)!;
    if (plan.answer === "connection_reset") await this.settle(held, 0);
    for (const index of held.steps.keys()) if (!held.done.has(index)) this.plan(held, index);
    return { answer: plan.answer, held };
  }

  private plan(held: HeldOperation, index: number): void {
    const step = held.steps[index]!;
    const task = (): Promise<void> => this.inTurn(held, step.does === "settle" ? this.settle : this.callBack, index);
    this.schedule.at(step.atMs, task);
  }

  /** One operation's steps happen one after the other: no callback overtakes the fact it tells. */
  private async inTurn(
    held: HeldOperation,
    act: (held: HeldOperation, index: number) => Promise<void>,
    index: number,
  ): Promise<void> {
    const before = this.doing.get(held.key);
    const now = before ? before.then(() => act.call(this, held, index)) : act.call(this, held, index);
    this.doing.set(held.key, now);
    try {
      await now;
    } finally {
      if (this.doing.get(held.key) === now) this.doing.delete(held.key);
    }
  }

  private settle(held: HeldOperation, index: number): Promise<void> {
    const { outcome } = held.steps[index]!;
    return this.record({ type: "settled", key: held.key, step: index, atMs: this.clock.now(), outcome });
  }

  private async callBack(held: HeldOperation, index: number): Promise<void> {
    const step = held.steps[index]!;
    // Not awaited: a merchant who does not answer must not hold up what happens to the money.
    this.callbacks.send(held, step, (answered) => {
      // A journal that fails ends the process by itself, and one that is closed lets the next start tell it again.
      this.record({ type: "told", key: held.key, step: index, answered }).catch(() => undefined);
    });
  }

  private async record(record: JournalRecord, when: "once durable" | "apply at once" = "once durable"): Promise<void> {
    const durable = this.journal.append(record);
    if (when === "apply at once") this.book.apply(record);
    await durable;
    if (when === "once durable") this.book.apply(record);
  }
}
