import type { Outcome } from "@malipo/payment-lifecycle";

/** What is on record about the attempt's money when its webhook is read. */
export type Known = "open" | "approved" | "declined" | "not_sent";

/** What the status query answered to a webhook; `nothing` when it did not answer or knows nothing. */
export type Confirmation = Outcome | Readonly<{ kind: "nothing" }>;

export type Judgement = Readonly<{
  record: readonly Outcome[];
  /** The webhook told a final outcome that nothing confirms yet: ask again. */
  unconfirmed: boolean;
}>;

const nothing: Judgement = { record: [], unconfirmed: false };
const recording = (...record: Outcome[]): Judgement => ({ record, unconfirmed: false });

/** Whether the query has to be asked before this webhook is believed. */
export const needsConfirmation = (known: Known, told: Outcome, signed: boolean): boolean => {
  if (!isFinal(told) || repeats(known, told)) return false;
  return !signed || known !== "open";
};

/**
 * A webhook that contradicts the status query loses to it. One that nothing confirms is not believed while the attempt is
 * open; against a closed attempt the caller asks again and, if no answer ever comes, uses `unconfirmedAfterAll`.
 */
export const judgeWebhook = (known: Known, told: Outcome, confirmation: Confirmation): Judgement => {
  if (!isFinal(told)) return known === "open" && told.kind === "in_progress" ? recording(told) : nothing;
  if (repeats(known, told)) return nothing;
  if (!isFinal(confirmation)) return { record: [], unconfirmed: true };
  if (told.kind === confirmation.kind) return recording(told.kind === "approved" ? told : confirmation);
  if (told.kind === "declined") {
    // The query says approved: that is the truth, and the webhook is put on record as a contradiction of it.
    return known === "approved" ? recording(told) : recording(confirmation, told);
  }
  return known === "open" ? recording(confirmation) : nothing;
};

/**
 * A surprising webhook about a closed attempt that the query neither confirms nor denies: it goes on record, because what
 * the lifecycle makes of it is a review item and never a change of status.
 */
export const unconfirmedAfterAll = (known: Known, told: Outcome): readonly Outcome[] => (known === "open" ? [] : [told]);

type Final = Extract<Outcome, { kind: "approved" | "declined" }>;

const isFinal = (told: Confirmation): told is Final => told.kind === "approved" || told.kind === "declined";

const repeats = (known: Known, told: Outcome): boolean =>
  told.kind === "approved" ? known === "approved" : known === "declined" || known === "not_sent";
