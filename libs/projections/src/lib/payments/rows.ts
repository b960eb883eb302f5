import type { Account, AttemptId, Instant, Money, OrderNumber, PaymentId, PaymentMethod, ReviewId, Sealed, Scope } from "@malipo/kernel";
import type { Attempt, PaymentStatus, PublicView, Review } from "@malipo/payment-lifecycle";

/** One record of `payments.events.v1` as it is kept: bytes and attributes, readable or not. */
export type EventRow = Readonly<{
  partition: number;
  offset: number;
  seq: number;
  aggregateId: string;
  aggregateVersion: number;
  /** `ce_type`. */
  type: string;
  value: Uint8Array;
  commandId?: string;
  commandOffset?: number;
  correlation?: string;
  at: Instant;
  account: Account;
  /** Only where the version that projected it could not read it. */
  unread?: true;
}>;

export type SummaryRow = Readonly<{
  paymentId: PaymentId;
  account: Account;
  partition: number;
  aggregateVersion: number;
  orderNumber: OrderNumber;
  scope: Scope;
  reference: string;
  amount: Money;
  method: PaymentMethod;
  internalStatus: PaymentStatus;
  status: PublicView["status"];
  /** Public version. */
  version: number;
  reason?: PublicView["reason"];
  createdAt: Instant;
  /** Of the last public change. */
  updatedAt: Instant;
  expiresAt: Instant;
  resolveBy?: Instant;
  fingerprint: string;
  /** The sealed exact first answer, where an Idempotency-Key was sent. */
  answer?: Sealed;
  /** An event of it could not be read; what followed waits for a version that can. */
  parked: boolean;
}>;

export type SummaryPatch = Readonly<{ paymentId: PaymentId; aggregateVersion: number }> &
  Partial<Pick<SummaryRow, "internalStatus" | "status" | "version" | "updatedAt" | "resolveBy" | "parked">> &
  Readonly<{ reason?: SummaryRow["reason"] | undefined }>;

export type AttemptRow = Readonly<{
  attemptId: AttemptId;
  paymentId: PaymentId;
  account: Account;
  aggregateVersion: number;
  number: number;
  provider: string;
  channelId: string;
  knowledge: Attempt["knowledge"];
  firstReference?: string;
  lastReference?: string;
  startedAt: Instant;
  updatedAt: Instant;
}>;

export type AttemptPatch = Readonly<{ attemptId: AttemptId; aggregateVersion: number; updatedAt: Instant }> &
  Partial<Pick<AttemptRow, "knowledge" | "firstReference" | "lastReference">>;

export type RequestKeyRow = Readonly<{ account: Account; operation: string; keyHash: string; paymentId: PaymentId; fingerprint: string }>;

export type ReviewRow = Readonly<{
  reviewId: ReviewId;
  paymentId: PaymentId;
  account: Account;
  aggregateVersion: number;
  kind: Review["kind"];
  attemptId: AttemptId;
  openedAt: Instant;
  closedAt?: Instant;
  closedBy?: string;
  resolution?: string;
}>;

export type ReviewPatch = Readonly<{ reviewId: ReviewId; aggregateVersion: number; closedAt: Instant; closedBy: string; resolution: string }>;

/** What a batch of events does to the read models. Rows are new; patches are for rows of earlier batches. */
export type PaymentChanges = Readonly<{
  events: readonly EventRow[];
  summaries: readonly SummaryRow[];
  summaryPatches: readonly SummaryPatch[];
  attempts: readonly AttemptRow[];
  attemptPatches: readonly AttemptPatch[];
  requestKeys: readonly RequestKeyRow[];
  reviews: readonly ReviewRow[];
  reviewPatches: readonly ReviewPatch[];
}>;
