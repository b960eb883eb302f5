import type { Account, CommandId, Instant } from "@malipo/kernel";
import type { ChainRecord } from "../chain/chain-record.js";

/** A command in its wire form; `subject` is the aggregate id and the record key. */
export type OutgoingCommand = Readonly<{ id: CommandId; type: string; subject: string; value: Uint8Array }>;

export type CommandOptions = Readonly<{
  account: Account;
  /** Travels unchanged from the request through all that follows from it. */
  correlation?: string;
  traceparent?: string;
}>;

export type ExecuteOptions = CommandOptions & Readonly<{ /** From now; 10,000 by default. */ decideBeforeMs?: number }>;

export interface CommandDoor {
  /**
   * Sends an API command and resolves with the record of its decision (a refusal is one too): as soon as the owner in this
   * process has it acknowledged and checked, else when the tail has read it. The same command id is sent again while it is
   * unknown whether it arrived, which is safe, since a decision is identified by its command.
   * @throws QueueFullError at once when the command was certainly not sent.
   * @throws NotDecidedError only after `decideBefore` + skew, when nothing can be decided behind the caller's back.
   */
  execute(command: OutgoingCommand, options: ExecuteOptions): Promise<ChainRecord>;
  /** Sends without waiting for a decision; resolves when the command is in its topic, retrying the same id until then. */
  send(command: OutgoingCommand, options: CommandOptions, signal?: AbortSignal): Promise<Readonly<{ partition: number; offset: number }>>;
}

export class NotDecidedError extends Error {
  readonly code = "not_decided";

  constructor(readonly commandId: string, readonly decideBefore: Instant) {
    super(`command ${commandId} was not decided in time`);
    this.name = "NotDecidedError";
  }
}
