import type { AttemptId } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { QueryAnswer } from "@malipo/provider-contract";
import type { SeededRandom, SimulatedTime } from "@malipo/event-log/simulated";
import type { ProviderEntry } from "../judges/journals.js";

export type CollectBody = Readonly<{ attemptId: AttemptId; amount: string; currency: string }>;
export type Webhook = Readonly<{ attemptId: AttemptId; reference: string; state: State; code: string }>;
export type State = "pending" | "approved" | "declined";

type Transaction = { readonly attemptId: AttemptId; readonly reference: string; readonly visibleAtMs: number; state: State; code: string };
type Ending = "approve" | "decline" | "payer_timeout" | "late_success" | "never";

/** `told`: whoever is told must take it, since nobody will ask. */
export type Tell = (webhook: Webhook, told: "at_best" | "for_sure") => void;

const endings: readonly Ending[] = ["approve", "approve", "approve", "approve", "decline", "payer_timeout", "late_success", "never"];

/**
 * A provider's side: its own ledger, its own clock, its own moods. An idempotent one keeps our id and a repeat has no second
 * effect; the other charges whatever comes in.
 */
export class ProviderLedger {
  readonly entries: ProviderEntry[] = [];
  /** Attempts of which somebody claimed, unsigned, that they were paid; they were not. */
  readonly forged = new Set<string>();
  /** Endings that have not come yet. */
  pending = 0;
  readonly #byAttempt = new Map<AttemptId, Transaction>();
  readonly #byReference = new Map<string, Transaction>();

  constructor(
    readonly id: string,
    readonly idempotent: boolean,
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly tell: Tell,
  ) {}

  /** A request has arrived; nobody can take that back. */
  receive({ attemptId, amount, currency }: CollectBody, caller: string): Outcome {
    this.entries.push({ kind: "received", provider: this.id, attemptId, amount, currency, caller });
    const known = this.idempotent ? this.#byAttempt.get(attemptId) : undefined;
    if (known !== undefined) return { kind: "in_progress", providerReference: known.reference };
    if (this.random.chance(0.1)) return { kind: "declined", reason: "provider_unavailable", providerCode: "TURNED_AWAY" };
    const reference = `${this.id}-${this.entries.length}-${this.random.uuid().slice(0, 8)}`;
    const visibleAtMs = this.time.nowMs + this.random.share() * 4_000;
    const transaction: Transaction = { attemptId, reference, visibleAtMs, state: "pending", code: "PENDING" };
    this.#byAttempt.set(attemptId, transaction);
    this.#byReference.set(reference, transaction);
    this.#end(transaction, { attemptId, amount, currency });
    return { kind: "in_progress", providerReference: reference };
  }

  query(attemptId: AttemptId, reference: string | undefined): QueryAnswer {
    const transaction = this.idempotent ? this.#byAttempt.get(attemptId) : this.#byReference.get(reference ?? "");
    if (transaction === undefined || transaction.visibleAtMs > this.time.nowMs) return { kind: "not_found" };
    return outcomeOf(transaction);
  }

  #end(transaction: Transaction, body: CollectBody): void {
    const ending = endings[this.random.below(endings.length)]!;
    if (ending === "never") return;
    this.#later(this.random.share() * (this.random.chance(0.2) ? 25_000 : 3_000), () => {
      if (ending === "approve") this.#charge(transaction, body, "at_best");
      else if (ending === "decline") this.#decline(transaction, "INSUFFICIENT_FUNDS");
      else this.#decline(transaction, "PAYER_TIMEOUT");
      if (ending === "late_success") this.#later(this.random.share() * 60_000, () => this.#charge(transaction, body, "for_sure"));
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.pending += 1;
    this.time.at(this.time.nowMs + delayMs, () => {
      this.pending -= 1;
      run();
    });
  }

  #charge(transaction: Transaction, body: CollectBody, told: "at_best" | "for_sure"): void {
    transaction.state = "approved";
    transaction.code = "COMPLETED";
    this.entries.push({ kind: "charged", provider: this.id, ...body });
    this.tell(webhookOf(transaction), told);
    // A webhook that says the opposite of what the ledger says: unsigned, so anybody could have sent it.
    if (this.random.chance(0.05)) this.tell({ ...webhookOf(transaction), state: "declined", code: "INSUFFICIENT_FUNDS" }, "at_best");
  }

  #decline(transaction: Transaction, code: string): void {
    transaction.state = "declined";
    transaction.code = code;
    this.tell(webhookOf(transaction), "at_best");
    if (!this.random.chance(0.05)) return;
    this.forged.add(transaction.attemptId);
    this.tell({ ...webhookOf(transaction), state: "approved", code: "COMPLETED" }, "at_best");
  }
}

const webhookOf = ({ attemptId, reference, state, code }: Transaction): Webhook => ({ attemptId, reference, state, code });

export const outcomeOf = ({ state, reference, code }: Pick<Webhook, "state" | "reference" | "code">): Outcome => {
  if (state === "approved") return { kind: "approved", providerReference: reference };
  if (state === "pending") return { kind: "in_progress", providerReference: reference };
  return { kind: "declined", reason: code === "PAYER_TIMEOUT" ? "payer_timeout" : "insufficient_funds", providerCode: code };
};
