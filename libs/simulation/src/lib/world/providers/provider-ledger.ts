import type { AttemptId, PaymentId } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { QueryAnswer } from "@malipo/provider-contract";
import { type SeededRandom, SimulatedClock, type SimulatedTime } from "@malipo/event-log/simulated";
import type { ProviderEntry } from "../../judges/journals.js";
import type { Faults } from "../faults/faults.js";

export type CollectBody = Readonly<{ attemptId: AttemptId; paymentId: PaymentId; amount: string; currency: string }>;
export type Webhook = Readonly<{ attemptId: AttemptId; reference: string; state: State; code: string }>;
export type State = "pending" | "approved" | "declined";

/** What a ledger has of one request; its statement is made from these. */
export type Transaction = {
  readonly body: CollectBody;
  readonly reference: string;
  readonly visibleAtMs: number;
  state: State;
  code: string;
  endedAtMs: number | undefined;
};
type Ending = "approve" | "decline" | "payer_timeout" | "late_success" | "never";

/** `for_sure`: whoever is told must take it, since nobody will ask. */
export type Tell = (webhook: Webhook, told: "at_best" | "for_sure") => void;

const endings: readonly Ending[] = ["approve", "approve", "approve", "approve", "decline", "payer_timeout", "late_success", "never"];
/** Within what the adapter declares. */
const visibleAfterMs = { usually: 400, slowly: 4_900 };

/**
 * A provider's side: its own ledger, its own clock, its own moods. An idempotent one keeps our id and a repeat has no second
 * effect; the other charges whatever comes in.
 */
export class ProviderLedger {
  readonly entries: ProviderEntry[] = [];
  readonly transactions: Transaction[] = [];
  /** Attempts of which somebody claimed, unsigned, that they were paid; they were not. */
  readonly forged = new Set<string>();
  /** Until when nobody is there. */
  downUntilMs = 0;
  /** Endings that have not come yet. */
  pending = 0;
  readonly #byAttempt = new Map<AttemptId, Transaction>();
  readonly #byReference = new Map<string, Transaction>();
  readonly #clock: SimulatedClock;

  constructor(
    readonly id: string,
    readonly idempotent: boolean,
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly faults: Faults,
    private readonly tell: Tell,
  ) {
    this.#clock = new SimulatedClock(time);
  }

  get isDown(): boolean {
    return this.downUntilMs > this.time.nowMs;
  }

  /** A request has arrived; nobody can take that back. */
  receive(body: CollectBody, caller: string): Outcome {
    this.#write("received", body, caller);
    const { attemptId } = body;
    const known = this.idempotent ? this.#byAttempt.get(attemptId) : undefined;
    if (known !== undefined) return { kind: "in_progress", providerReference: known.reference };
    if (this.random.chance(0.1)) return { kind: "declined", reason: "provider_unavailable", providerCode: "TURNED_AWAY" };
    const reference = `${this.id.slice(0, 2).toUpperCase()}${this.transactions.length}${this.random.uuid().slice(0, 8)}`;
    const visibleAtMs = this.time.nowMs + this.random.share() * (this.faults.strikes("slow_visibility") ? visibleAfterMs.slowly : visibleAfterMs.usually);
    const transaction: Transaction = { body, reference, visibleAtMs, state: "pending", code: "PENDING", endedAtMs: undefined };
    this.transactions.push(transaction);
    this.#byAttempt.set(attemptId, transaction);
    this.#byReference.set(reference, transaction);
    this.#end(transaction);
    return { kind: "in_progress", providerReference: reference };
  }

  query(attemptId: AttemptId, reference: string | undefined): QueryAnswer {
    const transaction = this.idempotent ? this.#byAttempt.get(attemptId) : this.#byReference.get(reference ?? "");
    if (transaction === undefined || transaction.visibleAtMs > this.time.nowMs) return { kind: "not_found" };
    return outcomeOf(transaction);
  }

  #end(transaction: Transaction): void {
    const ending = endings[this.random.below(endings.length)]!;
    if (ending === "never") return;
    this.#later(this.random.share() * (this.random.chance(0.2) ? 25_000 : 3_000), () => {
      if (ending === "approve") this.#charge(transaction, "at_best");
      else if (ending === "decline") this.#decline(transaction, "INSUFFICIENT_FUNDS");
      else this.#decline(transaction, "PAYER_TIMEOUT");
      if (ending === "late_success") this.#later(this.random.share() * 60_000, () => this.#charge(transaction, "for_sure"));
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.pending += 1;
    this.time.at(this.time.nowMs + delayMs, () => {
      this.pending -= 1;
      run();
    });
  }

  #charge(transaction: Transaction, told: "at_best" | "for_sure"): void {
    this.#set(transaction, "approved", "COMPLETED");
    this.#write("charged", transaction.body);
    this.tell(webhookOf(transaction), told);
    // The webhook is unsigned, so anybody could have sent one that says the opposite.
    if (this.faults.strikes("webhook_contradicting")) this.tell({ ...webhookOf(transaction), state: "declined", code: "INSUFFICIENT_FUNDS" }, "at_best");
  }

  #decline(transaction: Transaction, code: string): void {
    this.#set(transaction, "declined", code);
    this.tell(webhookOf(transaction), "at_best");
    if (!this.faults.strikes("webhook_forged")) return;
    this.forged.add(transaction.body.attemptId);
    this.tell({ ...webhookOf(transaction), state: "approved", code: "COMPLETED" }, "at_best");
  }

  #set(transaction: Transaction, state: State, code: string): void {
    transaction.state = state;
    transaction.code = code;
    transaction.endedAtMs = this.#clock.now();
  }

  #write(kind: ProviderEntry["kind"], { attemptId, paymentId, amount, currency }: CollectBody, caller?: string): void {
    this.entries.push({ kind, provider: this.id, attemptId, paymentId, amount, currency, atMs: this.#clock.now(), ...(caller !== undefined && { caller }) });
  }
}

const webhookOf = ({ body: { attemptId }, reference, state, code }: Transaction): Webhook => ({ attemptId, reference, state, code });

export const outcomeOf = ({ state, reference, code }: Pick<Webhook, "state" | "reference" | "code">): Outcome => {
  if (state === "approved") return { kind: "approved", providerReference: reference };
  if (state === "pending") return { kind: "in_progress", providerReference: reference };
  return { kind: "declined", reason: code === "PAYER_TIMEOUT" ? "payer_timeout" : "insufficient_funds", providerCode: code };
};
