/*
 * What a run leaves behind, as plain as it can be. Judges import nothing of what they judge: they read the JSON that is
 * on the log, and what providers and merchants wrote down for themselves.
 */

/** A valid record of `payments.events.v1`; the list of a partition is in offset order. */
export type LoggedEvent = Readonly<{
  partition: number;
  offset: number;
  /** `ce_type`. */
  type: string;
  /** `ce_subject`. */
  subject: string;
  value: Readonly<Record<string, unknown>>;
  /** `ce_causation`: the command that it answers. */
  causation?: string;
}>;

/** A provider's own ledger. `received`: a collect request came in, whatever was answered. `charged`: the payer's money moved. */
export type ProviderEntry = Readonly<{
  kind: "received" | "charged";
  provider: string;
  /** Our attempt id, as the request carried it. */
  attemptId: string;
  amount: string;
  currency: string;
  /** Which process sent it, where the run knows: `<instance>#<nonce>`. */
  caller?: string;
}>;

/** A callback as the merchant accepted it (2xx), in the order of acceptance. */
export type AcceptedCallback = Readonly<{
  orderNumber: string;
  reference: string;
  version: number;
  type: string;
  status: string;
}>;

export type Journals = Readonly<{
  events: readonly LoggedEvent[];
  provider: readonly ProviderEntry[];
  callbacks: readonly AcceptedCallback[];
}>;

/** A rule that was broken, of which payment, attempt, or order, and how. */
export type Fault = Readonly<{ rule: string; subject: string; how: string }>;
