import type { Envelope } from "@malipo/event-contracts";
import type { Account, Decision, Instant } from "@malipo/kernel";
import type { RequestKey, RequestKeyUse } from "./decider-store.js";

export type DecisionContext = Readonly<{
  /** Decision time: the later of the clock and the partition's last decision time. */
  at: Instant;
  account: Account;
  partition: number;
  commandId: string;
  /** What `draw` gave for this command, checked to be free in the partition. */
  drawn: string | undefined;
  /** Who used this command's request key before, if anyone. */
  keyUse: RequestKeyUse | undefined;
  /** Set when the command came from an API and so needs a recorded answer. */
  decideBefore: Instant | undefined;
}>;

/** What a new event claims within its partition, so that uniqueness is seen before the projections have it. */
export type Claims = Readonly<{ requestKey?: RequestKey & Readonly<{ fingerprint: string }>; drawn?: string }>;

export type AggregateTimer = Readonly<{ name: string; dueAt: Instant }>;

export type EncodedEvent = Readonly<{ type: string; value: Uint8Array }>;

/** Thrown by `decodeEvent` for a type or shape this version does not know: the aggregate is parked, the process stays up. */
export class UnknownEventError extends Error {
  readonly code = "unknown_event";
}

/**
 * One kind of aggregate, as the decider runtime needs it. All functions but `answer` are synchronous, quick, and pure
 * (`draw` may use a random source). `Event` includes the record of a refusal.
 */
export interface AggregateDefinition<Command, Event, State> {
  /** `ce_source` of the records, such as `/malipo/payment-intake`. */
  readonly source: string;
  readonly commandsTopic: string;
  readonly eventsTopic: string;
  /** @throws when the value cannot be read; then the command is parked with the reason and the next one goes on. */
  decodeCommand(type: string, value: Uint8Array, envelope: Envelope): Command;
  aggregateIdOf(command: Command): string;
  /** The client's idempotency key, where the command carries one. */
  requestKeyOf?(command: Command, account: Account): RequestKey | undefined;
  /** Draws a visible id that names the partition, for commands that create something. Drawn again when it is taken. */
  draw?(command: Command, context: Readonly<{ partition: number; at: Instant }>): string | undefined;
  initial(aggregateId: string): State;
  decide(command: Command, state: State, context: DecisionContext): Decision<Event, string>;
  /** @throws CorruptStreamError on a history that `decide` cannot have written. The record of a refusal changes nothing. */
  evolve(state: State, event: Event): State;
  /**
   * The record of a command from an API that changed nothing: its one recorded answer, an aggregate of its own under the
   * command id. Commands without `decideBefore` (router, timers) record nothing then.
   */
  recordRefusal(
    command: Command,
    decision: Exclude<Decision<never, string>, { kind: "record" }>,
    context: DecisionContext,
    state: State,
  ): Event;
  encodeEvent(event: Event): EncodedEvent;
  /** @throws UnknownEventError for what this version cannot read. */
  decodeEvent(type: string, value: Uint8Array): Event;
  claimsOf(event: Event, account: Account): Claims | undefined;
  /** Timers that run in this state. One that has fired without recording anything is not armed again in the same state. */
  timersOf(state: State): readonly AggregateTimer[];
  /** The command of a due timer; undefined when the state no longer calls for one. */
  timerCommand(name: string, aggregateId: string, state: State): Command | undefined;
  /**
   * Between decide and append: renders and seals the exact answer into a created record. May add only what `evolve` does
   * not read. A rejection holds the partition's decisions back and is tried again.
   */
  answer?(event: Event, context: DecisionContext): Promise<Event> | undefined;
}
