import type { BreakView } from "./breaks.js";

/** What the services' operations APIs say; only the fields that are told here. */
export type PaymentTimeline = {
  payment: {
    paymentId: string;
    account: string;
    orderNumber: string;
    reference: string;
    amount: string;
    currency: string;
    status: string;
    internalStatus: string;
    version: number;
    reason: string | null;
    parked: boolean;
  };
  reviews: { reviewId: string; kind: string; openedAt: string; closedAt?: string }[];
  events: { position: string; seq: number; type: string; at: string; data: Record<string, unknown> }[];
};

export type DeliveryView = {
  deliveryId: string;
  type: string;
  version: number;
  occurredAt: string;
  state: string;
  parkReason?: string;
  nextTryAt?: string;
  attempts?: {
    number: number;
    trigger: string;
    at: string;
    durationMs: number;
    outcome: { kind: string; status?: number; cause?: string };
    result: string;
    retryAt?: string;
    parkReason?: string;
  }[];
};

type Money = { amount: string; currency: string };

export type ReconciliationView = {
  attempts: { attemptId: string; provider: string; standing: string; lines: { transactionId: string; outcome: string; amount: Money; at: string }[] }[];
  breaks: BreakView[];
};

export type RouterView = {
  attempts: { number: number; provider: string; evidence: { at: string; told: unknown; source?: string; position?: string }[] }[];
};
