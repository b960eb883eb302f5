import type { Account, AttemptId, PaymentId } from "@malipo/kernel";
import { assertNever } from "@malipo/kernel";
import type { CommandRefused, PaymentEvent, PaymentStatus } from "@malipo/payment-lifecycle";
import type { ChangeSet } from "./change-set.js";
import type { AttemptPatch, EventRow } from "./rows.js";

/** The operation under which a payment's idempotency key is unique in its account: the scope of its reference. */
export const requestKeyOperation = (event: Extract<PaymentEvent, { type: "PaymentInitiated" }>): string => event.request.scope;

/**
 * What one readable event does to the read models. A function of the event alone: no clock, no row, no other event, so
 * that it does not matter how the log is cut into batches.
 */
export const projectEvent = (changes: ChangeSet, row: EventRow, event: PaymentEvent | CommandRefused): void => {
  if (event.type === "CommandRefused") return; // its raw row is all there is
  const { aggregateVersion, account, partition } = row;
  const { paymentId, at } = event;
  const seen = "public" in event && event.public !== undefined ? event.public : undefined;

  const summary = (internalStatus?: PaymentStatus): void =>
    changes.patchSummary({
      paymentId,
      aggregateVersion,
      ...(internalStatus !== undefined && { internalStatus }),
      ...(seen !== undefined && { status: seen.status, version: seen.version, updatedAt: at, reason: seen.reason }),
    });
  const attempt = (attemptId: AttemptId, knowledge: AttemptPatch["knowledge"], reference?: string): void =>
    changes.patchAttempt({
      attemptId,
      aggregateVersion,
      updatedAt: at,
      ...(knowledge !== undefined && { knowledge }),
      ...(reference !== undefined && { firstReference: reference, lastReference: reference }),
    });
  const review = (kind: "late_success" | "second_success" | "unresolved", of: Extract<PaymentEvent, { type: "ReviewOpened" | "LateSuccessRecorded" | "SecondSuccessRecorded" }>): void =>
    changes.addReview({ reviewId: of.reviewId, paymentId, account, aggregateVersion, kind, attemptId: of.attemptId, openedAt: at });

  switch (event.type) {
    case "PaymentInitiated": {
      const { orderNumber, reference, amount, method, expiresAt, request, answer, confirmation } = event;
      changes.addSummary({
        paymentId,
        account,
        partition,
        aggregateVersion,
        orderNumber,
        scope: request.scope,
        reference,
        amount,
        method,
        internalStatus: confirmation === "required" ? "requires_confirmation" : "pending",
        status: event.public.status,
        version: event.public.version,
        createdAt: at,
        updatedAt: at,
        expiresAt,
        fingerprint: request.fingerprint,
        ...(answer !== undefined && { answer }),
        parked: false,
      });
      if (request.keyHash === undefined) return;
      changes.requestKeys.push({ account, operation: requestKeyOperation(event), keyHash: request.keyHash, paymentId, fingerprint: request.fingerprint });
      return;
    }
    case "InputRequested":
      attempt(event.attemptId, "in_progress", event.providerReference);
      return summary("requires_input");
    case "InputSubmitted":
      return summary("processing");
    case "PaymentConfirmed":
      return summary();
    case "AttemptStarted": {
      const { attemptId, number, provider, channelId, resolveBy } = event;
      changes.addAttempt({ attemptId, paymentId, account, aggregateVersion, number, provider, channelId, knowledge: "started", startedAt: at, updatedAt: at });
      summary("processing");
      return changes.patchSummary({ paymentId, aggregateVersion, resolveBy });
    }
    case "AttemptProgressed":
      attempt(event.attemptId, event.knowledge, event.providerReference);
      return summary();
    case "AttemptResolved":
      attempt(event.attemptId, event.outcome.kind);
      return summary("processing");
    case "PaymentCompleted":
      attempt(event.attemptId, "approved", event.providerReference);
      return summary("completed");
    case "PaymentFailed":
      attempt(event.attemptId, event.outcome.kind);
      return summary("failed");
    case "PaymentExpired":
      if (event.cause === "payer_timeout") attempt(event.attemptId, "declined");
      return summary("expired");
    case "PaymentCancelled":
      return summary("cancelled");
    case "LateSuccessRecorded":
      attempt(event.attemptId, "approved", event.providerReference);
      review("late_success", event);
      return summary();
    case "SecondSuccessRecorded":
      attempt(event.attemptId, "approved", event.providerReference);
      review("second_success", event);
      return summary();
    case "LateSuccessAccepted":
      changes.patchReview({ reviewId: event.reviewId, aggregateVersion, closedAt: at, closedBy: event.by, resolution: "accepted" });
      return summary("completed");
    case "ContradictionRecorded":
      return summary();
    case "ReviewOpened":
      review(event.kind, event);
      return summary();
    case "ReviewClosed":
      changes.patchReview({ reviewId: event.reviewId, aggregateVersion, closedAt: at, closedBy: event.by, resolution: event.resolution });
      return summary();
    default:
      return assertNever(event);
  }
};

/** An event that this version cannot read: kept raw, and the payment waits for a version that can. */
export const parkEvent = (changes: ChangeSet, { aggregateId, aggregateVersion }: EventRow): void =>
  changes.patchSummary({ paymentId: aggregateId as PaymentId, aggregateVersion, parked: true });

/** The account a record must carry; without one nothing of a tenant can be kept apart. */
export const accountOfRow = (account: Account | undefined): Account => {
  if (account === undefined) throw new RangeError("the record names no account");
  return account;
};
