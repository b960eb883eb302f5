import { type AttemptId, type Instant, parseAccount } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { Timer } from "@malipo/ports";
import { beginSpan } from "@malipo/runtime";
import type { QueryAnswer } from "@malipo/provider-contract";
import { absenceIsProof, pollDelayMs } from "@malipo/provider-routing";
import { Slots } from "../begin-attempt/slots.js";
import type { OutcomeRecorder } from "../record-outcome/outcome-recorder.js";
import type { SealedReferences } from "../record-outcome/sealed-references.js";
import type { RouterConfig, RouterPorts } from "../router-ports.js";
import type { PaymentBook } from "../track-payments/payment-book.js";
import { type RoutedAttempt, type RoutedPayment, isOpen } from "../track-payments/routed-payment.js";

type Ports = Pick<RouterPorts, "clock" | "scheduler" | "random" | "providers" | "logger">;
type Watched = { done: number; timer: Timer };
type AskedAt = Readonly<{ wall: Instant; monotonicMs: number }>;

const NO_ROOM_MS = 250;
const JITTER_STEPS = 1_000;

/** Asks about open attempts at growing intervals until there is a final word. What a provider cannot be asked about waits for its webhook. */
export class PollAttempts {
  private readonly watched = new Map<AttemptId, Watched>();
  /** When this process first saw the attempt open, on its monotonic clock: see `absenceIsProof`. */
  private readonly knownSinceMs = new Map<AttemptId, number>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly slots: Slots;
  private readonly stopped = new AbortController();

  constructor(
    private readonly ports: Ports,
    private readonly config: RouterConfig,
    private readonly book: PaymentBook,
    private readonly recorder: OutcomeRecorder,
    private readonly references: SealedReferences,
    private readonly isOurs: (partition: number) => boolean,
  ) {
    this.slots = new Slots(config.queriesPerProviderMax);
  }

  watch(attemptId: AttemptId): void {
    if (this.stopped.signal.aborted || this.watched.has(attemptId)) return;
    if (!this.knownSinceMs.has(attemptId)) this.knownSinceMs.set(attemptId, this.ports.clock.monotonicMs());
    this.schedule(attemptId, 0);
  }

  /** Something was heard about it: asks soon again, at the pace of the first polls. */
  hurry(attemptId: AttemptId): void {
    this.leave(attemptId);
    this.watch(attemptId);
  }

  /** The attempts are over. */
  forgetAll(attempts: readonly RoutedAttempt[]): void {
    for (const { id } of attempts) {
      this.leave(id);
      this.knownSinceMs.delete(id);
    }
  }

  /** Another process asks from now on. */
  leaveAll(attempts: readonly RoutedAttempt[]): void {
    for (const { id } of attempts) this.leave(id);
  }

  private leave(attemptId: AttemptId): void {
    this.watched.get(attemptId)?.timer.cancel();
    this.watched.delete(attemptId);
  }

  async stop(): Promise<void> {
    this.stopped.abort(new Error("stopping"));
    for (const id of [...this.watched.keys()]) this.leave(id);
    await Promise.all(this.underWay);
  }

  get size(): number {
    return this.watched.size;
  }

  /** One question; also used to confirm a webhook. */
  async ask(payment: RoutedPayment, attempt: RoutedAttempt, known = attempt.providerReference): Promise<QueryAnswer> {
    const provider = this.ports.providers.get(attempt.provider);
    if (provider === undefined) return { kind: "unknown", cause: "provider_not_configured" };
    const reference = known === undefined ? undefined : await this.references.open(payment, attempt, known);
    if (reference === undefined && !provider.capabilities.queryableWithoutReply) return { kind: "unknown", cause: "no_provider_reference" };
    const attributes = { "malipo.payment": payment.paymentId, "malipo.attempt": attempt.id, "malipo.provider": attempt.provider };
    const span = beginSpan(`query ${attempt.provider}`, { kind: "client", parent: payment.traceparent, attributes });
    const query = { attemptId: attempt.id, at: this.ports.clock.now(), ...(reference !== undefined && { providerReference: reference }) };
    try {
      const answer = await provider.fetchOutcome(query, { mode: parseAccount(payment.account).mode, deadlineMs: this.config.times.queryDeadlineMs });
      span?.set({ "malipo.outcome": answer.kind });
      return answer;
    } catch (error) {
      this.ports.logger.error({ error, attemptId: attempt.id }, "an adapter threw");
      return { kind: "unknown", cause: "adapter_fault" };
    } finally {
      span?.end();
    }
  }

  private schedule(attemptId: AttemptId, done: number, delayMs?: number): void {
    this.watched.get(attemptId)?.timer.cancel();
    const draw = this.ports.random.below(JITTER_STEPS) / JITTER_STEPS;
    const timer = this.ports.scheduler.after(delayMs ?? pollDelayMs(this.config.times.polls, done, draw), () => this.due(attemptId));
    this.watched.set(attemptId, { done, timer });
  }

  private due(attemptId: AttemptId): void {
    const watched = this.watched.get(attemptId);
    if (watched === undefined) return;
    const poll = this.poll(attemptId, watched).catch((error: unknown) => {
      this.ports.logger.error({ error, attemptId }, "a poll failed");
      if (this.watched.get(attemptId) === watched) this.schedule(attemptId, watched.done + 1);
    });
    const tracked = poll.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private async poll(attemptId: AttemptId, watched: Watched): Promise<void> {
    // Who was told to hurry meanwhile, or gave the attempt up, has planned what comes next: one plan for each attempt.
    const isCurrent = (): boolean => this.watched.get(attemptId) === watched && !this.stopped.signal.aborted;
    const found = await this.book.findAttempt(attemptId);
    if (!isCurrent()) return;
    if (found === undefined || !isOpen(found.attempt) || !this.isOurs(found.payment.partition)) return this.leave(attemptId);
    const { payment, attempt } = found;
    if (!this.slots.tryTake(attempt.provider)) return this.schedule(attemptId, watched.done, NO_ROOM_MS);
    try {
      const askedAt = { wall: this.ports.clock.now(), monotonicMs: this.ports.clock.monotonicMs() };
      const answer = await this.ask(payment, attempt);
      const outcome = this.conclude(attempt, answer, askedAt);
      if (outcome !== undefined) {
        const source = answer.kind === "not_found" ? "absence" : "query";
        await this.recorder.record(payment, attempt, outcome, { source }, this.stopped.signal);
      }
    } finally {
      this.slots.release(attempt.provider);
    }
    // Asked again until the record itself says that it is over: a command can be refused, or overtaken.
    if (isCurrent()) this.schedule(attemptId, watched.done + 1);
  }

  /** What is worth a record: a final word, news of progress, or proof by absence. */
  private conclude(attempt: RoutedAttempt, answer: QueryAnswer, askedAt: AskedAt): Outcome | undefined {
    switch (answer.kind) {
      case "approved":
      case "declined":
        return answer;
      case "in_progress":
        return attempt.knowledge === "in_progress" ? undefined : answer;
      case "not_found":
        return this.absent(attempt, askedAt) ? { kind: "not_sent", cause: causeOfAbsence(attempt) } : undefined;
      default:
        return undefined;
    }
  }

  private absent(attempt: RoutedAttempt, askedAt: AskedAt): boolean {
    const { capabilities } = this.ports.providers.get(attempt.provider)!;
    // What the provider once took into work cannot have been unsent, whatever it no longer finds.
    if (attempt.knowledge === "in_progress") return false;
    const { skewMs, sendBeforeMs: sendWindowMs } = this.config.times;
    const knownForMs = askedAt.monotonicMs - (this.knownSinceMs.get(attempt.id) ?? askedAt.monotonicMs);
    return absenceIsProof({ askedAt: askedAt.wall, sendBefore: attempt.sendBefore, skewMs, sendWindowMs, knownForMs, ...capabilities });
  }
}

/** Where not even a lost reply is on record, the caller ended before it sent: our fault, and the channel is as good as before. */
const causeOfAbsence = ({ knowledge }: RoutedAttempt): string => (knowledge === "started" ? "caller_gone" : "not_found_after_visibility");

export const openAttemptOf = (payment: RoutedPayment): RoutedAttempt | undefined => {
  const last = payment.attempts.at(-1);
  return last !== undefined && isOpen(last) ? last : undefined;
};

