import type { ChainPosition } from "@malipo/event-log";
import type { AttemptId, PaymentId } from "@malipo/kernel";
import { type HeldEvent, columnsOf, heldEventColumns, inTransaction, queryRows, readHeldEvent, unnest } from "@malipo/projections";
import type { Pool, PoolClient } from "pg";
import type { RoutedPayment } from "./routed-payment.js";
import { routedPaymentCodec } from "./routed-payment.codec.js";
import { type FoldedPayment, type RouterStore, RowsLostError, type SavedBatch, type Snapshot } from "./router-store.js";

const EVENTS = "payments.events.v1";
const EVIDENCE = "providers.evidence.v1";

type Link = Readonly<{ attemptId: AttemptId; paymentId: PaymentId }>;

const checkpointColumns = columnsOf<readonly [number, ChainPosition]>(
  ["partition", "smallint", ([partition]) => partition],
  ["next_offset", "bigint", ([, { offset }]) => offset],
  ["seq", "bigint", ([, { seq }]) => seq],
  ["head", "bytea", ([, { head }]) => Buffer.from(head)],
);
const paymentColumns = columnsOf<FoldedPayment>(
  ["payment_id", "text", ({ payment }) => payment.paymentId],
  ["account", "text", ({ payment }) => payment.account],
  ["partition", "smallint", ({ payment }) => payment.partition],
  ["phase", "text", ({ payment }) => payment.phase],
  ["folded_to", "bigint", ({ foldedTo }) => foldedTo],
  ["state", "jsonb", ({ payment }) => JSON.stringify(routedPaymentCodec.encode(payment))],
);
const attemptColumns = columnsOf<Link>(
  ["attempt_id", "text", ({ attemptId }) => attemptId],
  ["payment_id", "text", ({ paymentId }) => paymentId],
);

const readState = (row: Record<string, unknown>): RoutedPayment => routedPaymentCodec.decode(row["state"]);
const readRow = (row: Record<string, unknown>): FoldedPayment => ({ payment: readState(row), foldedTo: Number(row["folded_to"]) });

/** Rows sorted by key, so that two routers that save the same payments never wait for each other in a circle. */
const byKey = <Value>(key: (value: Value) => string) => (a: Value, b: Value): number => (key(a) < key(b) ? -1 : 1);

export class PgRouterStore implements RouterStore {
  constructor(private readonly pool: Pool) {}

  async load(): Promise<Snapshot> {
    const checkpoints = await queryRows(this.pool, "select * from router_checkpoints where topic = $1", [EVENTS]);
    // In this order: what is released and saved in between has a row that says so.
    const held = (await queryRows(this.pool, "select * from held_events where consumer = 'router' order by partition, event_offset", [])).map(readHeldEvent);
    const text = "select state, folded_to from router_payments where phase <> 'closed' or payment_id = any($1::text[])";
    const rows = await queryRows(this.pool, text, [[...new Set(held.map(({ paymentId }) => paymentId))]]);
    const positions = checkpoints.map((row): [number, ChainPosition] => [
      Number(row["partition"]),
      { offset: Number(row["next_offset"]), seq: Number(row["seq"]), head: new Uint8Array(row["head"] as Buffer) },
    ]);
    return { positions: new Map(positions), unfinished: rows.map(readRow), held };
  }

  offsets(): Promise<ReadonlyMap<number, number>> {
    return this.offsetsOf(EVENTS);
  }

  async save({ positions, payments, held, released, savedTo }: SavedBatch): Promise<void> {
    let lost: RowsLostError | undefined;
    const outcome = await inTransaction(this.pool, async (client) => {
      lost = await this.findLost(client, positions, savedTo);
      if (lost !== undefined) throw lost;
      await this.saveCheckpoints(client, positions);
      if (payments.length > 0) await this.savePayments(client, payments);
      if (released.length > 0) await this.release(client, released);
      if (held.length > 0) await this.hold(client, held);
    });
    if (outcome.kind !== "ok") throw lost ?? ("cause" in outcome ? outcome.cause : new Error(outcome.kind));
  }

  async payments(ids: readonly PaymentId[]): Promise<readonly FoldedPayment[]> {
    const rows = await queryRows(this.pool, "select state, folded_to from router_payments where payment_id = any($1::text[])", [[...ids]]);
    return rows.map(readRow);
  }

  async paymentOfAttempt(id: AttemptId): Promise<RoutedPayment | undefined> {
    const text = "select p.state from router_attempts a join router_payments p using (payment_id) where a.attempt_id = $1";
    const [row] = await queryRows(this.pool, text, [id]);
    return row === undefined ? undefined : readState(row);
  }

  evidenceOffsets(): Promise<ReadonlyMap<number, number>> {
    return this.offsetsOf(EVIDENCE);
  }

  async saveEvidenceOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    const moved = [...offsets].sort(([a], [b]) => a - b);
    await queryRows(
      this.pool,
      `insert into router_checkpoints as known (topic, partition, next_offset, seq, head)
       select $1, partition, next_offset, 0, ''::bytea from unnest($2::smallint[], $3::bigint[]) as row(partition, next_offset)
       on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)`,
      [EVIDENCE, moved.map(([partition]) => partition), moved.map(([, next]) => next)],
    );
  }

  private async offsetsOf(topic: string): Promise<ReadonlyMap<number, number>> {
    const rows = await queryRows(this.pool, "select partition, next_offset from router_checkpoints where topic = $1", [topic]);
    return new Map(rows.map((row) => [Number(row["partition"]), Number(row["next_offset"])]));
  }

  /** Locks the checkpoints in one order, so that what is compared here is what is moved afterwards. */
  private async findLost(client: PoolClient, positions: SavedBatch["positions"], savedTo: SavedBatch["savedTo"]): Promise<RowsLostError | undefined> {
    const text = "select partition, next_offset from router_checkpoints where topic = $1 and partition = any($2::smallint[]) order by partition for update";
    const { rows } = await client.query<Record<string, unknown>>(text, [EVENTS, [...positions.keys()]]);
    const known = new Map(rows.map((row) => [Number(row["partition"]), Number(row["next_offset"])]));
    const behind = [...positions.keys()].find((partition) => (known.get(partition) ?? 0) < (savedTo.get(partition) ?? 0));
    return behind === undefined ? undefined : new RowsLostError(behind);
  }

  private async saveCheckpoints(client: PoolClient, positions: SavedBatch["positions"]): Promise<void> {
    const { source, names, values } = unnest(checkpointColumns, [...positions].sort(([a], [b]) => a - b));
    await client.query(
      `insert into router_checkpoints as known (topic, ${names}) select $${values.length + 1}::text, ${names} from ${source}
       on conflict (topic, partition) do update set next_offset = excluded.next_offset, seq = excluded.seq, head = excluded.head
       where known.next_offset < excluded.next_offset`,
      [...values, EVENTS],
    );
  }

  /** But for what another router has folded meanwhile. */
  private async hold(client: PoolClient, held: readonly HeldEvent[]): Promise<void> {
    const { source, names, values } = unnest(heldEventColumns, held);
    await client.query(
      `insert into held_events (consumer, ${names}) select 'router', ${names} from ${source}
       where not exists (select from router_payments known where known.payment_id = r.payment_id and known.folded_to > r.event_offset)
       on conflict do nothing`,
      values,
    );
  }

  private async release(client: PoolClient, released: readonly HeldEvent[]): Promise<void> {
    await client.query(
      "delete from held_events where consumer = 'router' and (partition, event_offset) in (select * from unnest($1::smallint[], $2::bigint[]))",
      [released.map(({ partition }) => partition), released.map(({ offset }) => offset)],
    );
  }

  private async savePayments(client: PoolClient, payments: readonly FoldedPayment[]): Promise<void> {
    const rows = [...payments].sort(byKey(({ payment }) => payment.paymentId));
    const { source, names, values } = unnest(paymentColumns, rows);
    await client.query(
      `insert into router_payments as known (${names}) select ${names} from ${source}
       on conflict (payment_id) do update set phase = excluded.phase, folded_to = excluded.folded_to, state = excluded.state
       where known.folded_to <= excluded.folded_to`,
      values,
    );
    const links = payments
      .flatMap(({ payment: { paymentId, attempts } }) => attempts.map(({ id }): Link => ({ attemptId: id, paymentId })))
      .sort(byKey(({ attemptId }) => attemptId));
    if (links.length === 0) return;
    const linked = unnest(attemptColumns, links);
    await client.query(`insert into router_attempts (${linked.names}) select ${linked.names} from ${linked.source} on conflict do nothing`, linked.values);
  }
}
