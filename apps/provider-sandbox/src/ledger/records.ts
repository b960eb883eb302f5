import type { BehaviourName, FailureName } from "../behaviours/behaviours.js";

export type ProviderName = "pawapay" | "daraja";
export type OperationKind = "charge" | "payout" | "refund";

export type Outcome = Readonly<{ status: "completed" } | { status: "failed"; failure: FailureName }>;

/** What is still to happen to an operation. Steps are fixed when it is accepted, so that a restart carries on the same. */
export type Step = Readonly<{ atMs: number; does: "settle" | "call_back"; outcome: Outcome }>;

export type Operation = Readonly<{
  provider: ProviderName;
  kind: OperationKind;
  /** The id that the wire knows it by: depositId, payoutId, refundId, CheckoutRequestID. */
  id: string;
  paymentId: string | null;
  payer: string;
  amount: string;
  currency: string;
  acceptedAtMs: number;
  behaviour: BehaviourName;
  /** The number that the operator gives the money's movement, should it move. */
  transactionId: string;
  /** What only this provider's wire needs. */
  details: Readonly<Record<string, unknown>>;
  steps: readonly Step[];
}>;

/** A deposit and a payout may carry the same id and are two operations all the same. */
export const keyOf = (provider: ProviderName, kind: OperationKind, id: string): string => `${provider}/${kind}/${id}`;

/** One line of the journal. State is the fold of these and nothing else. */
export type JournalRecord = Readonly<
  | { type: "accepted"; operation: Operation }
  | { type: "settled"; key: string; step: number; atMs: number; outcome: Outcome }
  | { type: "told"; key: string; step: number; answered: boolean }
  | { type: "step_added"; key: string; step: Step }
  | { type: "scenario_set"; scenario: Scenario }
  | { type: "scenario_used"; scenarioId: string }
  | { type: "scenarios_cleared" }
  | { type: "clock_run_ahead"; totalMs: number }
>;

export type Scenario = Readonly<{
  scenarioId: string;
  match: Readonly<{ payer?: string; provider?: ProviderName; operation?: OperationKind }>;
  behaviour: BehaviourName;
  times: number | null;
}>;

export type LedgerEntry = Readonly<{
  id: string;
  kind: OperationKind;
  provider: ProviderName;
  paymentId: string | null;
  payer: string;
  amount: string;
  currency: string;
  at: string;
}>;
