import { type AttemptId, type Caller, type Instant, type PaymentId, plus } from "@malipo/kernel";
import type { Logger, Timer } from "@malipo/ports";
import { type RunningSpan, inSpan } from "@malipo/runtime";
import { attemptIdOf } from "@malipo/security";
import type { Question, RoutingDesk } from "../choose-provider/routing-desk.js";
import type { RouterConfig, RouterPorts } from "../router-ports.js";
import type { CommandSender } from "../send-commands.js";
import type { PaymentBook } from "../track-payments/payment-book.js";
import type { RoutedPayment } from "../track-payments/routed-payment.js";
import { Slots } from "./slots.js";

/** An attempt that this boot of this process asked to begin, and what it would send. */
export type Proposal = Readonly<{
  attemptId: AttemptId;
  paymentId: PaymentId;
  provider: string;
  prepared: Uint8Array;
  sendBefore: Instant;
  /** The same bound on this process's own clock, which no step of the wall clock can move. */
  sendBeforeMonotonicMs: number;
}>;

type Held = Readonly<{ proposal: Proposal; timer: Timer }>;
type Ports = Pick<RouterPorts, "clock" | "scheduler" | "vault" | "providers" | "failpoint"> & Readonly<{ logger: Logger }>;

const RETRY_MS = 1_000;

/**
 * Proposes attempts for payments that wait for one. A proposal lives until its record comes back or its time to send is
 * over; then the payment, if it still waits, is proposed anew with a new bound. Nothing waits in a queue after it was
 * proposed, since its time runs.
 */
export class BeginAttempts {
  private readonly held = new Map<AttemptId, Held>();
  private readonly preparing = new Set<PaymentId>();
  /** By provider, the payments that found no room there. */
  private readonly backlog = new Map<string, Set<PaymentId>>();
  private readonly slots: Slots;
  private stopping = false;

  constructor(
    private readonly ports: Ports,
    private readonly config: RouterConfig,
    private readonly caller: Caller,
    private readonly book: PaymentBook,
    private readonly desk: RoutingDesk,
    private readonly sender: CommandSender,
    /** Whether this process should act for the partition. */
    private readonly isOurs: (partition: number) => boolean,
  ) {
    this.slots = new Slots(config.callsPerProviderMax, () => this.drainBacklog());
  }

  consider(payment: RoutedPayment): void {
    const { paymentId, phase, partition } = payment;
    if (this.stopping || phase !== "waiting" || !this.isOurs(partition) || this.preparing.has(paymentId)) return;
    if (this.held.has(attemptIdOf(paymentId, payment.attempts.length + 1))) return;
    this.preparing.add(paymentId);
    const attributes = { "malipo.payment": paymentId, "malipo.attempt.number": payment.attempts.length + 1 };
    void inSpan("begin attempt", { parent: payment.traceparent, attributes }, (span) => this.propose(payment, span))
      .catch((error: unknown) => {
        this.ports.logger.error({ error, paymentId }, "an attempt could not be proposed");
        this.reconsider(paymentId, RETRY_MS);
      })
      .finally(() => {
        this.preparing.delete(paymentId);
        // Room that this one was called for and did not take is another's.
        this.drainBacklog();
      });
  }

  /** Hands the proposal over to the one who sends it; a second time there is none. */
  take(attemptId: AttemptId): Proposal | undefined {
    const held = this.held.get(attemptId);
    if (held === undefined) return undefined;
    held.timer.cancel();
    this.held.delete(attemptId);
    return held.proposal;
  }

  /** The slot of a taken proposal is free again. */
  done(proposal: Proposal): void {
    this.slots.release(proposal.provider);
  }

  /** No new proposals; those on their way may still come back and be taken. */
  stop(): void {
    this.stopping = true;
  }

  get outstanding(): number {
    return this.held.size + this.preparing.size;
  }

  private async propose(payment: RoutedPayment, span: RunningSpan | undefined): Promise<void> {
    const { paymentId, account } = payment;
    const question = await this.desk.question(payment);
    if (question === undefined || payment.payer === undefined) return;
    const { chosen, candidates } = this.desk.choose(question);
    const provider = chosen === undefined ? undefined : this.ports.providers.get(chosen.provider);
    const coverage = chosen === undefined ? undefined : question.coverageOf(chosen.provider);
    span?.set({ "malipo.provider": chosen?.provider ?? "none" });
    if (chosen === undefined || provider === undefined || coverage === undefined) {
      this.ports.logger.warn({ paymentId, candidates }, "no channel serves this payment");
      return;
    }
    if (!this.slots.tryTake(chosen.provider)) return this.waitFor(chosen.provider, paymentId);
    let proposed = false;
    try {
      const number = payment.attempts.length + 1;
      const attemptId = attemptIdOf(paymentId, number);
      const { payerAccount } = question satisfies Question;
      const at = this.ports.clock.now();
      const prepared = provider.prepareCollect({ paymentId, attemptId, amount: payment.amount, payerAccount, coverage, at });
      const owner = { purpose: "personal-data", account, payer: payment.payer.id } as const;
      const request = await this.ports.vault.seal(owner, `attempt/${attemptId}/request`, prepared);
      if (this.stopping || this.book.payment(paymentId) !== payment || !this.isOurs(payment.partition)) return this.reconsider(paymentId, 0);

      const { sendBeforeMs, skewMs } = this.config.times;
      const sendBefore = plus(this.ports.clock.now(), sendBeforeMs);
      const proposal = { attemptId, paymentId, provider: chosen.provider, prepared, sendBefore, sendBeforeMonotonicMs: this.ports.clock.monotonicMs() + sendBeforeMs };
      const window = new AbortController();
      const timer = this.ports.scheduler.after(sendBeforeMs + skewMs, () => {
        window.abort(new Error("the time to send is over"));
        this.drop(proposal);
      });
      this.held.set(attemptId, { proposal, timer });
      proposed = true;
      this.ports.failpoint("provider-router.after_learned_before_recorded");
      const command = { type: "BeginAttempt", paymentId, attemptId, number, ...chosen, caller: this.caller, sendBefore, candidates, request } as const;
      this.sender.send(payment, command, window.signal, span?.traceparent).catch((error: unknown) => {
        if (!window.signal.aborted) this.ports.logger.warn({ error, paymentId }, "a proposal could not be sent");
      });
    } finally {
      if (!proposed) this.slots.release(chosen.provider);
    }
  }

  /** Never recorded in time, or recorded for another caller. */
  private drop(proposal: Proposal): void {
    if (this.take(proposal.attemptId) === undefined) return;
    this.done(proposal);
    this.reconsider(proposal.paymentId, 0);
  }

  private reconsider(paymentId: PaymentId, afterMs: number): void {
    if (this.stopping) return;
    this.ports.scheduler.after(afterMs, () => {
      const payment = this.book.payment(paymentId);
      if (payment !== undefined) this.consider(payment);
    });
  }

  private waitFor(provider: string, paymentId: PaymentId): void {
    const waiting = this.backlog.get(provider);
    if (waiting === undefined) this.backlog.set(provider, new Set([paymentId]));
    else waiting.add(paymentId);
  }

  /** Calls one payment for each provider that has room; those of a provider that hangs hold up nobody else's. */
  private drainBacklog(): void {
    for (const [provider, waiting] of this.backlog) {
      if (this.slots.hasRoom(provider)) this.callFirst(waiting);
      if (waiting.size === 0) this.backlog.delete(provider);
    }
  }

  private callFirst(waiting: Set<PaymentId>): void {
    for (const paymentId of waiting) {
      waiting.delete(paymentId);
      if (!this.isWaiting(paymentId)) continue;
      this.reconsider(paymentId, 0);
      return;
    }
  }

  private isWaiting(paymentId: PaymentId): boolean {
    const payment = this.book.payment(paymentId);
    return payment?.phase === "waiting" && this.isOurs(payment.partition) && !this.preparing.has(paymentId);
  }
}
