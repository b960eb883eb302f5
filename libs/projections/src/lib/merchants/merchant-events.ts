import type { DeciderStore, PartitionAnswer, PartitionQuestion, StoredEvent, TakeOverAnswer } from "@malipo/event-log";
import type { Account } from "@malipo/kernel";
import type { Pool } from "pg";
import type { Checkpoint, CheckpointMove } from "../checkpoints/checkpoint.js";
import { moveCheckpoints, PgCheckpoints } from "../checkpoints/pg-checkpoints.js";
import { type CommitOutcome, inTransaction, queryRows } from "../database/pool.js";
import { columnsOf, unnest } from "../database/unnest.js";

const CONSUMER = "merchants";
const TOPIC = "merchants.events.v1";

export type MerchantEventRow = StoredEvent & Readonly<{ partition: number; account: Account }>;

const columns = columnsOf<MerchantEventRow>(
  ["partition", "smallint", ({ partition }) => partition],
  ["offset_", "bigint", ({ offset }) => offset],
  ["account", "text", ({ account }) => account],
  ["aggregate_id", "text", ({ aggregateId }) => aggregateId],
  ["aggregate_version", "integer", ({ aggregateVersion }) => aggregateVersion],
  ["type", "text", ({ type }) => type],
  ["value", "bytea", ({ value }) => Buffer.from(value)],
  ["causation", "text", ({ causation }) => causation],
);

const eventOf = (row: Record<string, unknown>): StoredEvent => ({
  aggregateId: row["aggregate_id"] as string,
  aggregateVersion: Number(row["aggregate_version"]),
  type: row["type"] as string,
  value: new Uint8Array(row["value"] as Buffer),
  offset: Number(row["offset"]),
  account: row["account"] as Account,
  ...(row["causation"] !== null && { causation: row["causation"] as string }),
});

/** Writes what the chain says. The checkpoint moves in the same transaction, so that of two instances one writes. */
export class MerchantEventsWriter {
  private readonly checkpoints: PgCheckpoints;

  constructor(private readonly pool: Pool) {
    this.checkpoints = new PgCheckpoints(pool, CONSUMER, TOPIC);
  }

  load(): Promise<ReadonlyMap<number, Checkpoint>> {
    return this.checkpoints.load();
  }

  apply(rows: readonly MerchantEventRow[], moves: readonly CheckpointMove[]): Promise<CommitOutcome> {
    return inTransaction(this.pool, async (client) => {
      await moveCheckpoints(client, CONSUMER, TOPIC, moves);
      if (rows.length === 0) return;
      const { source, values } = unnest(columns, rows);
      await client.query(
        `insert into merchant_events (partition, "offset", account, aggregate_id, aggregate_version, type, value, causation)
         select * from ${source}`,
        values,
      );
    });
  }
}

/** What the decider and the publisher of states ask. One statement is one snapshot. */
export class MerchantEventsReader implements DeciderStore {
  constructor(private readonly pool: Pool) {}

  async lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>> {
    const partitions = [...questions.keys()];
    const rows = await queryRows(
      this.pool,
      `select p.partition as asked, c.next_offset, e.*
       from unnest($1::smallint[]) as p(partition)
       left join projection_checkpoints c on c.consumer = '${CONSUMER}' and c.topic = '${TOPIC}' and c.partition = p.partition
       left join merchant_events e on e.partition = p.partition and e.aggregate_id = any($2::text[])
       order by e.aggregate_id, e.aggregate_version`,
      [partitions, [...questions.values()].flatMap(({ aggregateIds }) => aggregateIds)],
    );
    return new Map(
      partitions.map((partition) => {
        const own = rows.filter(({ asked }) => Number(asked) === partition);
        const checkpoint = Number(own[0]?.["next_offset"] ?? 0);
        const events = own.filter((row) => row["aggregate_id"] !== null).map(eventOf);
        return [partition, { checkpoint, events, requestKeys: new Map(), taken: new Set<string>() }];
      }),
    );
  }

  async takeOver(partition: number): Promise<TakeOverAnswer> {
    const checkpoint = (await new PgCheckpoints(this.pool, CONSUMER, TOPIC).load()).get(partition);
    const { commandCursor: cursor, lastAt } = checkpoint ?? {};
    return {
      checkpoint: checkpoint?.offset ?? 0,
      ...(cursor !== undefined && { cursor }),
      ...(lastAt !== undefined && { lastAt }),
      timers: [],
    };
  }

  /** Every event of these aggregates, in order of version within each. */
  async eventsOf(aggregateIds: readonly string[]): Promise<readonly StoredEvent[]> {
    const text = "select * from merchant_events where aggregate_id = any($1::text[]) order by aggregate_id, aggregate_version";
    return (await queryRows(this.pool, text, [aggregateIds])).map(eventOf);
  }

  /** The latest version of every merchant in the partition; refused commands are aggregates of another name. */
  async versions(partition: number): Promise<ReadonlyMap<string, number>> {
    const rows = await queryRows(
      this.pool,
      `select aggregate_id, max(aggregate_version) as version from merchant_events
       where partition = $1 and aggregate_id = account group by aggregate_id`,
      [partition],
    );
    return new Map(rows.map((row) => [row["aggregate_id"] as string, Number(row["version"])]));
  }
}
