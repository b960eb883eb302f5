/**
 * What `decide` says to a command: one event to record, nothing because it is already so, or a named refusal.
 * A refusal is an expected "no", never an exception.
 */
export type Decision<Event, Reason extends string> =
  | Readonly<{ kind: "record"; event: Event }>
  | Readonly<{ kind: "nothing_new" }>
  | Readonly<{ kind: "refuse"; reason: Reason; details?: Readonly<Record<string, string>> }>;

export const record = <Event>(event: Event) => ({ kind: "record", event }) as const;

export const nothingNew = { kind: "nothing_new" } as const;

export const refuse = <Reason extends string>(reason: Reason, details?: Readonly<Record<string, string>>) =>
  details === undefined ? ({ kind: "refuse", reason } as const) : ({ kind: "refuse", reason, details } as const);

/** The history handed to `evolve` is one that `decide` cannot have written. */
export class CorruptStreamError extends Error {
  readonly code = "corrupt_stream";

  constructor(readonly event: { readonly type: string }, why: string) {
    super(`${event.type}: ${why}`);
    this.name = "CorruptStreamError";
  }
}
