/** What a record does to its payment, by its type on the wire; written down here once more, from what the words mean. */
export type Tells = Readonly<{
  /** Where it leaves the payment; without it the payment stays where it was. */
  leadsTo?: string;
  /** The payer's money is here, as far as we know. */
  paid?: true;
  /** The attempt has had its last word. */
  endsAttempt?: true;
  review?: "opens" | "closes";
}>;

/** Every type there is, and those of refunds and reversals, which the judges are ready for. One that is not here is noticed. */
export const tellsOf: ReadonlyMap<string, Tells> = new Map<string, Tells>([
  ["payments.payment.initiated.v1", {}],
  ["payments.payment.confirmed.v1", {}],
  ["payments.attempt.started.v1", { leadsTo: "processing" }],
  ["payments.attempt.progressed.v1", {}],
  ["payments.attempt.resolved.v1", { leadsTo: "processing", endsAttempt: true }],
  ["payments.input.requested.v1", { leadsTo: "requires_input" }],
  ["payments.input.submitted.v1", { leadsTo: "processing" }],
  ["payments.payment.completed.v1", { leadsTo: "completed", paid: true, endsAttempt: true }],
  ["payments.payment.failed.v1", { leadsTo: "failed", endsAttempt: true }],
  ["payments.payment.expired.v1", { leadsTo: "expired", endsAttempt: true }],
  ["payments.payment.cancelled.v1", { leadsTo: "cancelled" }],
  ["payments.late_success.recorded.v1", { paid: true, review: "opens" }],
  ["payments.late_success.accepted.v1", { leadsTo: "completed", review: "closes" }],
  ["payments.second_success.recorded.v1", { paid: true, review: "opens" }],
  ["payments.contradiction.recorded.v1", {}],
  ["payments.review.opened.v1", { review: "opens" }],
  ["payments.review.closed.v1", { review: "closes" }],
  ["payments.command.refused.v1", {}],
  ["payments.refund.requested.v1", {}],
  ["payments.refund.completed.v1", {}],
  ["payments.refund.failed.v1", {}],
  ["payments.completion.reversed.v1", { leadsTo: "reversed" }],
]);

export const leadsTo = (type: string): string | undefined => tellsOf.get(type)?.leadsTo;
