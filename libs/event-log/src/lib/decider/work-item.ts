import { type Envelope, readEnvelope } from "@malipo/event-contracts";
import { type Account, partitionOf } from "@malipo/kernel";
import type { StoredRecord } from "@malipo/ports";
import type { ParkedReason } from "../writer/park-record.js";
import type { AggregateDefinition } from "./aggregate-definition.js";

export type CommandItem<Command> = {
  readonly kind: "command";
  readonly record: StoredRecord;
  readonly envelope: Envelope;
  readonly account: Account;
  readonly command: Command;
  readonly aggregateId: string;
  /** Kept over tries of the same command, drawn again only when it turns out to be taken. */
  drawn?: string;
};
/** A timer that is due; it becomes a command once its aggregate is in memory. */
export type TimerItem = { readonly kind: "timer"; readonly aggregateId: string; readonly account: Account; readonly name: string };
/** An aggregate that another owner wrote to: its timers have to be armed here too. */
export type RefreshItem = { readonly kind: "refresh"; readonly aggregateId: string; readonly account: Account };
/** A command that cannot be read. */
export type UnreadableItem = { readonly kind: "unreadable"; readonly record: StoredRecord; readonly reason: ParkedReason; readonly detail: string };

export type WorkItem<Command> = CommandItem<Command> | TimerItem | RefreshItem | UnreadableItem;

export const readCommand = <Command, Event, State>(
  record: StoredRecord,
  definition: Pick<AggregateDefinition<Command, Event, State>, "decodeCommand" | "aggregateIdOf">,
): CommandItem<Command> | UnreadableItem => {
  const unreadable = (reason: ParkedReason, detail: string): UnreadableItem => ({ kind: "unreadable", record, reason, detail });
  try {
    const envelope = readEnvelope(record.headers);
    const { account } = envelope;
    if (account === undefined) return unreadable("no_account", `${envelope.type} names no account`);
    if (partitionOf(account) !== record.partition) return unreadable("wrong_partition", `${envelope.type} belongs to another partition`);
    const command = definition.decodeCommand(envelope.type, record.value, envelope);
    return { kind: "command", record, envelope, account, command, aggregateId: definition.aggregateIdOf(command) };
  } catch (error) {
    // The message of a parser quotes what it could not parse.
    return unreadable("unreadable", error instanceof SyntaxError ? "not JSON" : String((error as Error).message));
  }
};
