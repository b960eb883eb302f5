import type { OperationKind, Outcome } from "../ledger/records.js";

export type FailureName =
  | "limit"
  | "not_found"
  | "not_approved"
  | "no_funds"
  | "unspecified"
  | "recipient_not_found"
  | "timed_out";

const digits = {
  "019": "limit",
  "029": "not_found",
  "039": "not_approved",
  "049": "no_funds",
  "069": "unspecified",
  "089": "recipient_not_found",
  "119": "payout_failure",
  "129": "stuck",
  "139": "answer_lost",
  "149": "silent",
  "159": "contradict",
  "169": "late_success",
  "179": "unavailable",
  "189": "broken_answer",
  "789": "approve",
} as const;

export type BehaviourName = (typeof digits)[keyof typeof digits];
export const behaviourNames: readonly BehaviourName[] = Object.values(digits);
export const isBehaviourName = (name: unknown): name is BehaviourName => behaviourNames.includes(name as BehaviourName);

export const behaviourOfNumber = (phone: string): BehaviourName =>
  (digits as Readonly<Record<string, BehaviourName>>)[phone.slice(-3)] ?? "approve";

export const digitsOf = (name: BehaviourName): string =>
  Object.entries(digits).find(([, behaviour]) => behaviour === name)![0];

/** How our own request is answered. All but the first two leave no trace of the operation. */
export type Answer = "accepted" | "connection_reset" | "unavailable" | "broken";
export type PlannedStep = Readonly<{ afterMs: number; does: "settle" | "call_back"; outcome: Outcome }>;
export type Plan = Readonly<{ answer: Answer; steps: readonly PlannedStep[] }>;

const completed: Outcome = { status: "completed" };
const failed = (failure: FailureName): Outcome => ({ status: "failed", failure });
const settle = (afterMs: number, outcome: Outcome): PlannedStep => ({ afterMs, does: "settle", outcome });
const callBack = (afterMs: number, outcome: Outcome): PlannedStep => ({ afterMs, does: "call_back", outcome });
const concluded = (afterMs: number, outcome: Outcome): Plan => ({
  answer: "accepted",
  steps: [settle(afterMs, outcome), callBack(afterMs, outcome)],
});

export const lateSuccessAfterMs = 10_000;
export const answerLostCallbackAfterMs = 3_000;

/** What a behaviour means for one operation that takes the operator `latencyMs` to process. */
export const planFor = (name: BehaviourName, kind: OperationKind, latencyMs: number): Plan => {
  switch (name) {
    case "approve":
      return concluded(latencyMs, completed);
    case "limit":
    case "not_found":
    case "not_approved":
    case "no_funds":
    case "unspecified":
      return concluded(latencyMs, failed(name));
    case "recipient_not_found":
      return concluded(latencyMs, kind === "charge" ? completed : failed("recipient_not_found"));
    case "payout_failure":
      return concluded(latencyMs, kind === "charge" ? completed : failed("unspecified"));
    case "stuck":
      return { answer: "accepted", steps: [] };
    case "answer_lost":
      return { answer: "connection_reset", steps: [settle(0, completed), callBack(answerLostCallbackAfterMs, completed)] };
    case "silent":
      return { answer: "accepted", steps: [settle(latencyMs, completed)] };
    case "contradict":
      return {
        answer: "accepted",
        steps: [
          settle(latencyMs, completed),
          callBack(latencyMs, completed),
          callBack(latencyMs + 500, completed),
          callBack(latencyMs + 1_000, failed("unspecified")),
        ],
      };
    case "late_success":
      return {
        answer: "accepted",
        steps: [
          settle(latencyMs, failed("timed_out")),
          callBack(latencyMs, failed("timed_out")),
          settle(latencyMs + lateSuccessAfterMs, completed),
          callBack(latencyMs + lateSuccessAfterMs, completed),
        ],
      };
    case "unavailable":
      return { answer: "unavailable", steps: [] };
    case "broken_answer":
      return { answer: "broken", steps: [] };
  }
};
