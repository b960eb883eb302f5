import type { ChainPosition } from "@malipo/event-log";
import type { Instant } from "@malipo/kernel";
import type { CommitOutcome } from "../database/pool.js";

/** Where a consumer stands in one partition: the chain's position, and what a take-over wants to know without reading. */
export type Checkpoint = ChainPosition &
  Readonly<{
    /** Highest `ce_cmdoffset` seen. */
    commandCursor?: number;
    /** Highest `ce_time` seen. */
    lastAt?: Instant;
  }>;

export type CheckpointMove = Readonly<{
  partition: number;
  /** Offset that the row must have now; 0 when there is no row. Anything else: somebody else was faster. */
  from: number;
  to: Checkpoint;
}>;

/** Checkpoints of one consumer of one topic. */
export interface CheckpointStore {
  load(): Promise<ReadonlyMap<number, Checkpoint>>;
  move(moves: readonly CheckpointMove[]): Promise<CommitOutcome>;
}
