import {
  type DeciderStore,
  type PartitionAnswer,
  type PartitionQuestion,
  type RequestKeyUse,
  type StoredEvent,
  type StoredTimer,
  type TakeOverAnswer,
  requestKeyText,
} from "@malipo/event-log";
import { type Account, instant } from "@malipo/kernel";
import type { Pool } from "pg";
import { queryRows } from "../database/pool.js";
import { paymentsConsumer, paymentsTopic } from "./payments-database.js";

/** One statement, so one snapshot: an answer never mixes rows of two moments with one checkpoint. */
const lookupText = `
  select 'checkpoint' as kind, partition, next_offset as number, null::text as a, null::text as b, null::text as c, null::text as d,
         null::text as e, null::integer as version, null::bytea as value
  from projection_checkpoints where consumer = '${paymentsConsumer}' and topic = '${paymentsTopic}' and partition = any($1::smallint[])
  union all
  select 'event', partition, event_offset, aggregate_id, type, command_id, account, null, agg_version, value
  from payment_events where aggregate_id = any($2::text[])
  union all
  select 'key', null, null, account, operation, key_hash, payment_id, fingerprint, null, null
  from request_keys where (account, operation, key_hash) in (select * from unnest($3::text[], $4::text[], $5::text[]))
  union all
  select 'drawn', null, null, order_number, null, null, null, null, null, null
  from payment_summaries where order_number = any($6::text[])`;

const takeOverText = `
  select next_offset, command_cursor, last_at, unread, payment_id, account, timer, due_at
  from (select next_offset, command_cursor, last_at,
               (select jsonb_agg(distinct jsonb_build_object('aggregateId', aggregate_id, 'account', account))
                from payment_events where partition = $1 and not readable) as unread
        from projection_checkpoints
        where consumer = '${paymentsConsumer}' and topic = '${paymentsTopic}' and partition = $1) as checkpoint
  left join (
    select payment_id, account, case when internal_status = 'processing' or resolve_by is not null then 'resolveBy' else 'expiresAt' end as timer,
           case when internal_status = 'processing' or resolve_by is not null then resolve_by else expires_at end as due_at
    from payment_summaries
    where partition = $1 and internal_status in ('pending', 'requires_input', 'requires_confirmation', 'processing')
  ) as open on true`;

const text = (value: unknown): string => value as string;

export class PgDeciderStore implements DeciderStore {
  constructor(private readonly pool: Pool) {}

  async lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>> {
    const all = [...questions.values()];
    const keys = all.flatMap(({ requestKeys }) => requestKeys);
    const rows = await queryRows(this.pool, lookupText, [
      [...questions.keys()],
      all.flatMap(({ aggregateIds }) => aggregateIds),
      keys.map(({ account }) => account),
      keys.map(({ operation }) => operation),
      keys.map(({ keyHash }) => keyHash),
      all.flatMap(({ drawn }) => drawn),
    ]);
    const checkpoints = new Map<number, number>();
    const events: StoredEvent[] = [];
    const uses = new Map<string, RequestKeyUse>();
    const taken = new Set<string>();
    for (const row of rows) {
      const { kind, a, b, c, d, e } = row as Record<string, string>;
      if (kind === "checkpoint") checkpoints.set(Number(row["partition"]), Number(row["number"]));
      else if (kind === "event") events.push(storedEvent(row));
      else if (kind === "key") uses.set(requestKeyText({ account: a as Account, operation: b!, keyHash: c! }), { aggregateId: d!, fingerprint: e! });
      else taken.add(a!);
    }
    events.sort((one, other) => one.aggregateVersion - other.aggregateVersion);
    const byAggregate = Map.groupBy(events, ({ aggregateId }) => aggregateId);
    return new Map(
      [...questions].map(([partition, question]) => [
        partition,
        {
          checkpoint: checkpoints.get(partition) ?? 0,
          events: question.aggregateIds.flatMap((id) => byAggregate.get(id) ?? []),
          requestKeys: new Map(question.requestKeys.map(requestKeyText).flatMap((key) => (uses.has(key) ? [[key, uses.get(key)!]] : []))),
          taken: new Set(question.drawn.filter((drawn) => taken.has(drawn))),
        },
      ]),
    );
  }

  async takeOver(partition: number): Promise<TakeOverAnswer> {
    const rows = await queryRows(this.pool, takeOverText, [partition]);
    const [first] = rows;
    if (first === undefined) return { checkpoint: 0, timers: [] };
    return {
      checkpoint: Number(first["next_offset"]),
      ...(first["command_cursor"] !== null && { cursor: Number(first["command_cursor"]) }),
      ...(first["last_at"] !== null && { lastAt: instant((first["last_at"] as Date).getTime()) }),
      timers: rows.filter((row) => row["payment_id"] !== null).map(storedTimer),
      ...(first["unread"] !== null && { unread: first["unread"] as NonNullable<TakeOverAnswer["unread"]> }),
    };
  }
}

const storedEvent = (row: Record<string, unknown>): StoredEvent => ({
  aggregateId: text(row["a"]),
  aggregateVersion: Number(row["version"]),
  type: text(row["b"]),
  value: new Uint8Array(row["value"] as Buffer),
  ...(row["c"] !== null && { causation: text(row["c"]) }),
  account: text(row["d"]) as Account,
  offset: Number(row["number"]),
});

const storedTimer = (row: Record<string, unknown>): StoredTimer => ({
  aggregateId: text(row["payment_id"]),
  account: text(row["account"]) as Account,
  name: text(row["timer"]),
  dueAt: instant((row["due_at"] as Date).getTime()),
});
