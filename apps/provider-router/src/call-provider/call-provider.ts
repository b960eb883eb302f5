import { type AttemptId, type Caller, parseAccount } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import { inSpan } from "@malipo/runtime";
import type { BeginAttempts, Proposal } from "../begin-attempt/begin-attempts.js";
import type { OutcomeRecorder } from "../record-outcome/outcome-recorder.js";
import type { RouterConfig, RouterPorts } from "../router-ports.js";
import type { HealthBook } from "../track-health/health-book.js";
import type { PaymentBook } from "../track-payments/payment-book.js";
import { type RoutedAttempt, type RoutedPayment, attemptOf, isOpen } from "../track-payments/routed-payment.js";

type Ports = Pick<RouterPorts, "clock" | "scheduler" | "providers" | "failpoint" | "logger">;

const RECORD_AGAIN_MS = 500;
const RECORD_AGAIN_MS_MAX = 16_000;

/**
 * Sends an attempt whose record names this boot of this process, once. Everybody else, this process after a restart
 * included, only asks about it.
 */
export class CallProvider {
  /** Attempts of this boot that were called or declared unsent, until their payment is forgotten. */
  private readonly handled = new Set<AttemptId>();
  private readonly underWay = new Map<AttemptId, Promise<void>>();
  private stopping = false;

  constructor(
    private readonly ports: Ports,
    private readonly config: RouterConfig,
    private readonly caller: Caller,
    private readonly begin: BeginAttempts,
    private readonly book: PaymentBook,
    private readonly recorder: OutcomeRecorder,
    private readonly health: HealthBook,
    private readonly onStillOpen: (attemptId: AttemptId) => void,
  ) {}

  /** On `AttemptStarted`. True when the attempt is this process's own to answer for. */
  started(payment: RoutedPayment, attempt: RoutedAttempt): boolean {
    const proposal = this.begin.take(attempt.id);
    if (attempt.caller !== this.caller) {
      if (proposal !== undefined) this.begin.done(proposal);
      return false;
    }
    if (this.handled.has(attempt.id)) return true;
    this.handled.add(attempt.id);
    const work = this.answerFor(payment, attempt, proposal)
      .catch((error: unknown) => this.ports.logger.error({ error, attemptId: attempt.id }, "the outcome of a call could not be recorded"))
      .finally(() => {
        if (proposal !== undefined) this.begin.done(proposal);
        this.underWay.delete(attempt.id);
        this.onStillOpen(attempt.id);
      });
    this.underWay.set(attempt.id, work);
    return true;
  }

  isUnderWay(attemptId: AttemptId): boolean {
    return this.underWay.has(attemptId);
  }

  forget(payment: RoutedPayment): void {
    for (const { id } of payment.attempts) this.handled.delete(id);
  }

  /** From now on nothing is sent any more; what was is waited for by `drained`. */
  stop(): void {
    this.stopping = true;
  }

  async drained(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay.values());
  }

  private async answerFor(payment: RoutedPayment, attempt: RoutedAttempt, proposal: Proposal | undefined): Promise<void> {
    // Only this boot may send it, and it has not: that is proof, whatever became of the proposal.
    if (proposal === undefined || proposal.sendBefore !== attempt.sendBefore) return this.unsent(payment, attempt, "proposal_dropped");
    if (this.stopping) return this.unsent(payment, attempt, "stopping");
    this.ports.failpoint("provider-router.after_recorded_before_acted");
    const attributes = { "malipo.payment": payment.paymentId, "malipo.attempt": attempt.id, "malipo.provider": attempt.provider };
    const outcome = await inSpan(`collect ${attempt.provider}`, { kind: "client", parent: payment.traceparent, attributes }, async (span) => {
      const learned = await this.call(payment, attempt, proposal);
      span?.set({ "malipo.outcome": learned.kind, ...("cause" in learned && { "malipo.cause": learned.cause }) });
      return learned;
    });
    this.ports.failpoint("provider-router.after_acted_before_outcome");
    this.health.learn(attempt.provider, outcome);
    const now = this.book.payment(payment.paymentId);
    const current = now === undefined ? undefined : attemptOf(now, attempt.id);
    // A webhook can be faster than the reply; then a reply that only says "taken" is no news.
    if (outcome.kind === "in_progress" && (current === undefined || !isOpen(current))) return;
    await this.record(now ?? payment, current ?? attempt, outcome);
  }

  private unsent(payment: RoutedPayment, attempt: RoutedAttempt, cause: string): Promise<void> {
    return this.record(payment, attempt, { kind: "not_sent", cause });
  }

  /**
   * What only this call has learned: the proof that nothing was sent, or the one id by which the attempt can be asked about.
   * A key store that does not answer at the moment must not cost it.
   */
  private async record(payment: RoutedPayment, attempt: RoutedAttempt, outcome: Outcome): Promise<void> {
    for (let waitMs = RECORD_AGAIN_MS; ; waitMs *= 2) {
      try {
        return await this.recorder.record(payment, attempt, outcome, { source: "reply" });
      } catch (error) {
        if (this.stopping || waitMs > RECORD_AGAIN_MS_MAX) throw error;
        this.ports.logger.warn({ error, attemptId: attempt.id }, "the outcome of a call cannot be recorded now, trying again");
        await this.ports.scheduler.sleep(waitMs);
      }
    }
  }

  private async call(payment: RoutedPayment, attempt: RoutedAttempt, proposal: Proposal): Promise<Outcome> {
    const provider = this.ports.providers.get(attempt.provider);
    if (provider === undefined) return { kind: "not_sent", cause: "prepared_bytes_lost" };
    const { clock, logger } = this.ports;
    let asked = false;
    const maySend = (): boolean => {
      const may = !this.stopping && clock.monotonicMs() <= proposal.sendBeforeMonotonicMs && clock.now() <= attempt.sendBefore;
      asked ||= may;
      return may;
    };
    try {
      return await provider.collect(proposal.prepared, {
        mode: parseAccount(payment.account).mode,
        deadlineMs: this.config.times.callDeadlineMs,
        maySend,
      });
    } catch (error) {
      logger.error({ error, attemptId: attempt.id, provider: attempt.provider }, "an adapter threw");
      return asked ? { kind: "unknown", cause: "adapter_fault" } : { kind: "not_sent", cause: "adapter_fault" };
    }
  }
}
