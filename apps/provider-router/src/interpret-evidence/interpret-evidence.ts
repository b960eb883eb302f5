import { headerText } from "@malipo/event-contracts";
import type { AttemptId } from "@malipo/kernel";
import type { Evidence, Outcome } from "@malipo/payment-lifecycle";
import type { StoredRecord } from "@malipo/ports";
import type { WebhookReading } from "@malipo/provider-contract";
import { type Confirmation, type Known, judgeWebhook, needsConfirmation, unconfirmedAfterAll } from "@malipo/provider-routing";
import { type RunningSpan, inSpan, isTracing } from "@malipo/runtime";
import type { PollAttempts } from "../poll-attempt/poll-attempts.js";
import { evidenceField, evidenceOwner, readEvidenceRecord, readRaw } from "../receive-webhook/evidence-record.js";
import type { OutcomeRecorder } from "../record-outcome/outcome-recorder.js";
import type { RouterPorts } from "../router-ports.js";
import type { PaymentBook } from "../track-payments/payment-book.js";
import { type RoutedAttempt, type RoutedPayment, isOpen } from "../track-payments/routed-payment.js";

type Ports = Pick<RouterPorts, "providers" | "vault" | "tail" | "scheduler" | "logger">;
type Told = Extract<WebhookReading, { kind: "outcome" }>;
type Found = Readonly<{ payment: RoutedPayment; attempt: RoutedAttempt }>;

/** This evidence cannot be used, now or later: it is parked with the reason. */
export class UnusableEvidenceError extends Error {
  readonly code = "unusable_evidence";
}

const CATCH_UP_MS = 10_000;
/** Pauses between questions about a webhook that nothing confirms: of a closed attempt, or one that claims money. */
const CONFIRM_AGAIN_MS = [1_000, 2_000, 4_000];

/** Reads one webhook from the evidence topic, confirms it where that is due, and says what it proves. */
export class InterpretEvidence {
  constructor(
    private readonly ports: Ports,
    private readonly book: PaymentBook,
    private readonly polls: PollAttempts,
    private readonly recorder: OutcomeRecorder,
  ) {}

  /**
   * Rejects with UnusableEvidenceError for what must be parked; any other error means that something around us failed,
   * and the record is to be read again.
   */
  interpret(record: StoredRecord, signal: AbortSignal): Promise<void> {
    const start = { kind: "consumer", parent: isTracing() ? headerText(record.headers["ce_traceparent"]) : undefined } as const;
    return inSpan("interpret webhook", start, (span) => this.interpretIn(span, record, signal));
  }

  private async interpretIn(span: RunningSpan | undefined, record: StoredRecord, signal: AbortSignal): Promise<void> {
    const { reading, position, provider } = await this.read(record);
    span?.set({ "malipo.evidence": position, "malipo.reading": reading.kind });
    if (reading.kind === "ignored") return;
    if (reading.kind === "unreadable") throw new UnusableEvidenceError(reading.why);
    const found = await this.find(reading.correlation.attemptId, signal);
    if (found.attempt.provider !== provider) throw new UnusableEvidenceError("it tells of another provider's attempt");
    // The webhook began a trace of its own at the provider's request; what follows from it belongs to the payment's.
    span?.set({ "malipo.attempt": found.attempt.id, "malipo.provider": found.attempt.provider });
    span?.link(found.payment.traceparent);
    const evidence: Evidence = { source: "webhook", position };
    await this.judge(found, reading, evidence, signal);
  }

  private async read(record: StoredRecord): Promise<Readonly<{ reading: WebhookReading; position: string; provider: string }>> {
    const received = unusable(() => readEvidenceRecord(record));
    const provider = this.ports.providers.get(received.provider);
    if (provider === undefined) throw new UnusableEvidenceError(`no provider ${received.provider}`);
    const opened = await this.ports.vault.open(evidenceOwner(received.receivedAt), evidenceField(received.recordId), received.raw);
    if (opened === "erased") throw new UnusableEvidenceError("its key of the day is gone");
    const raw = unusable(() => readRaw(opened, received.receivedAt));
    return { reading: provider.readWebhook(raw), position: received.position, provider: provider.id };
  }

  /** A webhook can be faster than our own tail, never faster than the record that let the attempt be sent. */
  private async find(attemptId: AttemptId, signal: AbortSignal): Promise<Found> {
    const known = await this.book.findAttempt(attemptId);
    if (known !== undefined) return known;
    const partitions = Array.from({ length: this.ports.tail.partitions }, (_, partition) => partition);
    await Promise.all(partitions.map((partition) => this.ports.tail.catchUp(partition, CATCH_UP_MS, signal)));
    await this.foldedOr(signal);
    await this.book.assureRows();
    const found = await this.book.findAttempt(attemptId);
    if (found === undefined && this.book.mayBeHeld(attemptId)) throw new Error("its attempt waits behind a record that this version cannot read");
    if (found === undefined) throw new UnusableEvidenceError("it tells of an attempt that was never begun");
    return found;
  }

  private async judge(found: Found, reading: Told, evidence: Evidence, signal: AbortSignal): Promise<void> {
    const { outcome: told, queryReference } = reading;
    const { capabilities } = this.ports.providers.get(found.attempt.provider)!;
    let current = found;
    for (const pauseMs of [0, ...CONFIRM_AGAIN_MS]) {
      if (pauseMs > 0) await this.ports.scheduler.sleep(pauseMs, signal);
      const asks = needsConfirmation(knownOf(current.attempt), told, capabilities.webhooksSigned);
      const confirmation = asks ? await this.confirm(current, queryReference) : told;
      // The record may have gone on while we asked.
      current = (await this.book.findAttempt(found.attempt.id)) ?? current;
      if (told.kind === "approved" && judgeWebhook(knownOf(current.attempt), told, confirmation).unconfirmed) current = await this.readOn(current, signal);
      const { record, unconfirmed } = judgeWebhook(knownOf(current.attempt), told, confirmation);
      if (!unconfirmed) return this.recordAll(current, record, evidence, signal);
      if (!isOpen(current.attempt)) continue;
      if (pauseMs === 0) await this.leaveToPolls(current, queryReference, evidence, signal);
      if (told.kind !== "approved") return;
    }
    await this.recordAll(current, unconfirmedAfterAll(knownOf(current.attempt), told), evidence, signal);
  }

  /**
   * Before a claim of money is left to the polls: they end with the attempt, which others may have closed where we have not
   * read yet, and an approval that nobody confirmed would then be forgotten.
   */
  private async readOn(found: Found, signal: AbortSignal): Promise<Found> {
    await this.ports.tail.catchUp(found.payment.partition, CATCH_UP_MS, signal);
    await this.foldedOr(signal);
    return (await this.book.findAttempt(found.attempt.id)) ?? found;
  }

  private async foldedOr(signal: AbortSignal): Promise<void> {
    await this.book.folded();
    signal.throwIfAborted();
  }

  private async confirm({ payment, attempt }: Found, queryReference: string | undefined): Promise<Confirmation> {
    const answer = await this.polls.ask(payment, attempt, attempt.providerReference ?? queryReference);
    return answer.kind === "not_found" ? { kind: "nothing" } : answer;
  }

  /** Not believed yet. The id that the webhook brought may be the only one by which the attempt can ever be asked about. */
  private async leaveToPolls({ payment, attempt }: Found, queryReference: string | undefined, evidence: Evidence, signal: AbortSignal): Promise<void> {
    if (queryReference !== undefined && attempt.providerReference === undefined) {
      await this.recorder.record(payment, attempt, { kind: "in_progress", providerReference: queryReference }, evidence, signal);
    }
    this.polls.hurry(attempt.id);
  }

  private async recordAll({ payment, attempt }: Found, outcomes: readonly Outcome[], evidence: Evidence, signal: AbortSignal): Promise<void> {
    for (const outcome of outcomes) {
      if (outcome.kind === "in_progress" && attempt.knowledge === "in_progress") continue;
      await this.recorder.record(payment, attempt, outcome, evidence, signal);
    }
  }
}

const knownOf = ({ knowledge }: RoutedAttempt): Known =>
  knowledge === "approved" || knowledge === "declined" || knowledge === "not_sent" ? knowledge : "open";

const unusable = <Value>(read: () => Value): Value => {
  try {
    return read();
  } catch (error) {
    throw new UnusableEvidenceError((error as Error).message, { cause: error });
  }
};
