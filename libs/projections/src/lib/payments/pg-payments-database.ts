import type { PartitionAnswer, PartitionQuestion, TakeOverAnswer } from "@malipo/event-log";
import type { Account } from "@malipo/kernel";
import type { Pool } from "pg";
import { In, IsNull, LessThan, Not } from "typeorm";
import type { Checkpoint, CheckpointMove } from "../checkpoints/checkpoint.js";
import { moveCheckpoints, PgCheckpoints } from "../checkpoints/pg-checkpoints.js";
import { type CommitOutcome, inTransaction, queryAsAccount, queryRows } from "../database/pool.js";
import { Repositories } from "../database/repositories.js";
import {
  type EventsPage,
  lifecycleConsumer,
  type OpenReview,
  type PaymentKey,
  type PaymentsDatabase,
  type PaymentSeen,
  type PaymentStory,
  paymentsConsumer,
  paymentsTopic,
} from "./payments-database.js";
import { openReviewOf } from "./payment-reviews/open-review.js";
import { PaymentReviewEntity } from "./payment-reviews/payment-review.entity.js";
import { PgDeciderStore } from "./pg-decider-store.js";
import { readAttemptRow, readEventRow, readReviewRow, readSummaryRow } from "./read-rows.js";
import type { EventRow, PaymentChanges } from "./rows.js";
import { resolvedStatuses } from "./resolved.js";
import { forgetRows, writeChanges } from "./write-changes.js";

export type PaymentsPools = Readonly<{
  /** `malipo_api`: one account per transaction. */
  api: Pool;
  /** `malipo_projector`: writes. */
  projector: Pool;
  /** `malipo_decider`: reads all. */
  decider: Pool;
}>;

/** Where the rows end, once for each event of the page, or alone when there is none; nothing before the first commit. */
const pageText = `
  select checkpoint.next_offset as end_offset, checkpoint.seq as end_seq, checkpoint.head as end_head, event.*
  from projection_checkpoints checkpoint
  left join lateral (select * from payment_events where partition = $1 and event_offset >= $2 order by event_offset limit $3) event on true
  where consumer = '${paymentsConsumer}' and topic = '${paymentsTopic}' and checkpoint.partition = $1
  order by event.event_offset`;

const unreadText = `
  select * from payment_events
  where aggregate_id in (select aggregate_id from payment_events where not readable and partition = any($1::smallint[]))
  order by aggregate_id, agg_version`;

/** The row and the checkpoint in one statement, so in one snapshot. Without a row the checkpoint still comes. */
const seenText = (where: string): string => `
  select checkpoint.next_offset as checkpoint, found.*
  from (select coalesce((select next_offset from projection_checkpoints
                         where consumer = '${paymentsConsumer}' and topic = '${paymentsTopic}' and partition = $2), 0) as next_offset) as checkpoint
  left join (select s.* from payment_summaries s where s.account = $1 and ${where}) as found on true`;

const keyClause = (key: PaymentKey): [string, string] =>
  "paymentId" in key ? ["payment_id = $1", key.paymentId] : ["order_number = $1", key.orderNumber];

export class PgPaymentsDatabase implements PaymentsDatabase {
  readonly lifecycle: PgCheckpoints;
  private readonly projections: PgCheckpoints;
  private readonly decider: PgDeciderStore;
  private readonly operations: Repositories;

  constructor(private readonly pools: PaymentsPools) {
    this.projections = new PgCheckpoints(pools.projector, paymentsConsumer, paymentsTopic);
    this.lifecycle = new PgCheckpoints(pools.projector, lifecycleConsumer, paymentsTopic);
    this.decider = new PgDeciderStore(pools.decider);
    this.operations = new Repositories(pools.decider);
  }

  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>> {
    return this.projections.load();
  }

  commit(changes: PaymentChanges, moves: readonly CheckpointMove[], anew: readonly string[] = []): Promise<CommitOutcome> {
    return inTransaction(this.pools.projector, async (client) => {
      await moveCheckpoints(client, paymentsConsumer, paymentsTopic, moves);
      if (anew.length > 0) await forgetRows(client, anew);
      await writeChanges(client, changes);
    });
  }

  async unread(partitions: readonly number[]): Promise<readonly EventRow[]> {
    return (await queryRows(this.pools.projector, unreadText, [partitions])).map(readEventRow);
  }

  lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>> {
    return this.decider.lookup(questions);
  }

  takeOver(partition: number): Promise<TakeOverAnswer> {
    return this.decider.takeOver(partition);
  }

  async eventsFrom(partition: number, offset: number, limit: number): Promise<EventsPage> {
    const found = await queryRows(this.pools.projector, pageText, [partition, offset, limit]);
    const [first] = found;
    const end = first === undefined ? undefined : { offset: Number(first["end_offset"]), seq: Number(first["end_seq"]), head: new Uint8Array(first["end_head"] as Buffer) };
    return { rows: found.filter((row) => row["event_offset"] !== null).map(readEventRow), end };
  }

  findPayment(account: Account, partition: number, key: PaymentKey): Promise<PaymentSeen> {
    const [where, value] = keyClause(key);
    return this.seen(account, partition, `s.${where.replace("$1", "$3")}`, [value]);
  }

  findByRequestKey(account: Account, partition: number, operation: string, keyHash: string): Promise<PaymentSeen> {
    const where = `s.payment_id = (select payment_id from request_keys where account = $1 and operation = $3 and key_hash = $4)`;
    return this.seen(account, partition, where, [operation, keyHash]);
  }

  async story(key: PaymentKey): Promise<PaymentStory | undefined> {
    const [where, value] = keyClause(key);
    const [summary] = await queryRows(this.pools.decider, `select * from payment_summaries where ${where}`, [value]);
    if (summary === undefined) return undefined;
    const payment = readSummaryRow(summary);
    const of = (table: string, idColumn: string, order: string) =>
      queryRows(this.pools.decider, `select * from ${table} where ${idColumn} = $1 order by ${order}`, [payment.paymentId]);
    const [events, attempts, reviews] = await Promise.all([
      of("payment_events", "aggregate_id", "agg_version"),
      of("payment_attempts", "payment_id", "number"),
      of("payment_reviews", "payment_id", "opened_at, review_id"),
    ]);
    return { payment, events: events.map(readEventRow), attempts: attempts.map(readAttemptRow), reviews: reviews.map(readReviewRow) };
  }

  async reviews({ includeResolved, limit, before }: Parameters<PaymentsDatabase["reviews"]>[0]): Promise<readonly OpenReview[]> {
    const opened = before === undefined ? {} : { openedAt: LessThan(new Date(before)) };
    const open = [{ kind: Not("unresolved") }, { payment: { internalStatus: Not(In([...resolvedStatuses])) } }];
    const found = await this.operations.read(PaymentReviewEntity, (reviews) =>
      reviews.find({
        relations: { payment: true },
        where: includeResolved ? opened : open.map((one) => ({ ...opened, ...one, closedAt: IsNull() })),
        order: { openedAt: "DESC", reviewId: "ASC" },
        take: limit,
      }),
    );
    return found.flatMap(openReviewOf);
  }

  private async seen(account: Account, partition: number, where: string, values: readonly string[]): Promise<PaymentSeen> {
    const [row] = await queryAsAccount(this.pools.api, account, seenText(where), [account, partition, ...values]);
    const checkpoint = Number(row!["checkpoint"]);
    return row!["payment_id"] === null ? { checkpoint } : { checkpoint, payment: readSummaryRow(row!) };
  }
}
