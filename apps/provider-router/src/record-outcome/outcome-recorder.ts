import type { Evidence, NextCandidate, Outcome } from "@malipo/payment-lifecycle";
import type { Logger, Metrics } from "@malipo/ports";
import type { PaymentProvider } from "@malipo/provider-contract";
import { nextAfter } from "@malipo/provider-routing";
import type { SealedReferences } from "./sealed-references.js";
import type { RoutingDesk } from "../choose-provider/routing-desk.js";
import type { CommandSender } from "../send-commands.js";
import { type RoutedAttempt, type RoutedPayment, channelOf } from "../track-payments/routed-payment.js";

/** Says what was learned about an attempt's money, and where the payment goes from there. */
export class OutcomeRecorder {
  constructor(
    private readonly sender: CommandSender,
    private readonly desk: RoutingDesk,
    private readonly providers: ReadonlyMap<string, PaymentProvider>,
    private readonly references: SealedReferences,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  async record(payment: RoutedPayment, attempt: RoutedAttempt, learned: Outcome, evidence: Evidence, signal?: AbortSignal): Promise<void> {
    const { paymentId } = payment;
    const outcome = await this.withoutPayer(payment, attempt, learned);
    const next = await this.nextOf(payment, attempt, outcome, evidence.source);
    this.metrics.count("provider_outcomes_total", { provider: attempt.provider, outcome: outcome.kind });
    const about = { paymentId, attemptId: attempt.id, provider: attempt.provider, outcome: outcome.kind, source: evidence.source };
    this.logger.info({ ...about, ...("cause" in outcome && { cause: outcome.cause }), ...("providerCode" in outcome && { code: outcome.providerCode }) }, "outcome learned");
    await this.sender.send(
      payment,
      { type: "RecordOutcome", paymentId, attemptId: attempt.id, outcome, evidence, ...(next !== undefined && { next }) },
      signal,
    );
  }

  private async withoutPayer(payment: RoutedPayment, attempt: RoutedAttempt, outcome: Outcome): Promise<Outcome> {
    if (outcome.kind !== "in_progress" || outcome.providerReference === undefined) return outcome;
    if (!this.providers.get(attempt.provider)?.capabilities.referencesNamePayer) return outcome;
    return { ...outcome, providerReference: await this.references.seal(payment, attempt, outcome.providerReference) };
  }

  private async nextOf(payment: RoutedPayment, attempt: RoutedAttempt, outcome: Outcome, source: Evidence["source"]): Promise<NextCandidate | undefined> {
    if (outcome.kind !== "declined" && outcome.kind !== "not_sent") return undefined;
    if (payment.phase !== "open" || payment.attempts.at(-1)?.id !== attempt.id) return undefined;
    const question = await this.desk.question(payment);
    if (question === undefined) return undefined;
    return nextAfter({ ...question, outcome, source, current: channelOf(attempt), attempts: attempt.number });
  }
}
