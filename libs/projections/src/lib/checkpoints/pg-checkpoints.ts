import { instant } from "@malipo/kernel";
import type { Pool, PoolClient } from "pg";
import { type CommitOutcome, inTransaction, queryRows, StaleError } from "../database/pool.js";
import { columnsOf, timestamp, unnest } from "../database/unnest.js";
import type { Checkpoint, CheckpointMove, CheckpointStore } from "./checkpoint.js";

const columns = columnsOf<CheckpointMove>(
  ["partition", "smallint", ({ partition }) => partition],
  ["expected", "bigint", ({ from }) => from],
  ["next_offset", "bigint", ({ to }) => to.offset],
  ["seq", "bigint", ({ to }) => to.seq],
  ["head", "bytea", ({ to }) => Buffer.from(to.head)],
  ["command_cursor", "bigint", ({ to }) => to.commandCursor],
  ["last_at", "timestamptz", ({ to }) => timestamp(to.lastAt)],
);

/**
 * Compare-and-set of all given partitions inside a transaction, first of its statements: whoever comes second waits here,
 * finds another offset, and applies nothing.
 */
export const moveCheckpoints = async (client: PoolClient, consumer: string, topic: string, moves: readonly CheckpointMove[]): Promise<void> => {
  const { source, values } = unnest(columns, [...moves].sort((a, b) => a.partition - b.partition));
  const { rowCount } = await client.query(
    `insert into projection_checkpoints as known (consumer, topic, partition, next_offset, seq, head, command_cursor, last_at)
     select $8::text, $9::text, partition, next_offset, seq, head, command_cursor, last_at from ${source}
     where expected = 0 or exists (select from projection_checkpoints there
                                   where there.consumer = $8::text and there.topic = $9::text and there.partition = r.partition)
     order by partition
     on conflict (consumer, topic, partition) do update
     set next_offset = excluded.next_offset, seq = excluded.seq, head = excluded.head,
         command_cursor = greatest(known.command_cursor, excluded.command_cursor), last_at = greatest(known.last_at, excluded.last_at)
     where known.next_offset = ($2::bigint[])[array_position($1::smallint[], excluded.partition)]`,
    [...values, consumer, topic],
  );
  if (rowCount !== moves.length) throw new StaleError("a checkpoint is not where it was");
};

export const readCheckpoint = (row: Record<string, unknown>): Checkpoint => ({
  offset: Number(row["next_offset"]),
  seq: Number(row["seq"]),
  head: new Uint8Array(row["head"] as Buffer),
  ...(row["command_cursor"] !== null && { commandCursor: Number(row["command_cursor"]) }),
  ...(row["last_at"] !== null && { lastAt: instant((row["last_at"] as Date).getTime()) }),
});

/** For consumers that keep no rows beside their checkpoint. */
export class PgCheckpoints implements CheckpointStore {
  constructor(
    private readonly pool: Pool,
    private readonly consumer: string,
    private readonly topic: string,
  ) {}

  async load(): Promise<ReadonlyMap<number, Checkpoint>> {
    const text = "select * from projection_checkpoints where consumer = $1 and topic = $2";
    const rows = await queryRows(this.pool, text, [this.consumer, this.topic]);
    return new Map(rows.map((row) => [Number(row["partition"]), readCheckpoint(row)]));
  }

  move(moves: readonly CheckpointMove[]): Promise<CommitOutcome> {
    return inTransaction(this.pool, (client) => moveCheckpoints(client, this.consumer, this.topic, moves));
  }
}
