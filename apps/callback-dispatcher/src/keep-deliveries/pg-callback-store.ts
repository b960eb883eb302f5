import type { DeliveryFact, DeliveryId } from "@malipo/callback-delivery";
import type { PaymentId } from "@malipo/kernel";
import { type HeldEvent, heldEventColumns, inTransaction, queryRows, readHeldEvent, timestamp, unnest } from "@malipo/projections";
import type { Pool } from "pg";
import type { Applied, Callback, CallbackStore, DeliveryFilter, EventsBatch, FactsBatch, Position, ReadAtLast, RecordedAttempt } from "./callback-store.js";
import { type Row, attemptColumns, callbackColumns, changingColumns, checkpointColumns, readAttempt, readCallback, readPosition } from "./callback-rows.js";
import { foldFacts, newFrom, paymentsOf } from "./fold-callbacks.js";

type Client = Parameters<Parameters<typeof inTransaction>[1]>[0];

/** Neither sent nor counted as its payment's head: a record before it could not be read. */
const behindHold = (delivery: string): string =>
  `exists (select from held_events held where held.consumer = 'callbacks' and held.payment_id = ${delivery}.payment_id and held.seq < ${delivery}.seq)`;

/** The rows in PostgreSQL. Two instances may apply the same records: the checkpoints' row locks put them in line. */
export class PgCallbackStore implements CallbackStore {
  constructor(private readonly pool: Pool) {}

  async positions(): Promise<readonly Position[]> {
    return (await queryRows(this.pool, "select * from callback_checkpoints", [])).map(readPosition);
  }

  apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<Applied> {
    return this.#inTransaction((client) => this.#applyIn(client, events, facts));
  }

  async held(): Promise<readonly HeldEvent[]> {
    const text = "select * from held_events where consumer = 'callbacks' order by partition, event_offset";
    return (await queryRows(this.pool, text, [])).map(readHeldEvent);
  }

  release(read: readonly ReadAtLast[]): Promise<Applied> {
    return this.#inTransaction((client) => this.#releaseIn(client, read));
  }

  async #inTransaction(task: (client: Client) => Promise<Applied>): Promise<Applied> {
    let applied: Applied | undefined;
    let fault: unknown;
    const outcome = await inTransaction(this.pool, async (client) => {
      try {
        applied = await task(client);
      } catch (error) {
        fault = error;
        throw error;
      }
    });
    if (outcome.kind === "ok") return applied!;
    // A commit whose answer was lost is looked up by the next try: the checkpoints say whether it was applied.
    throw fault ?? ("cause" in outcome ? outcome.cause : new Error("the rows moved under this transaction"));
  }

  async due({ partitions, dueBefore, paymentsMax, perAccountMax, except }: Parameters<CallbackStore["due"]>[0]): ReturnType<CallbackStore["due"]> {
    const rows = await queryRows(
      this.pool,
      `with heads as (
         select distinct on (partition, payment_id) payment_id, account,
                case when redeliver or retry_at is null then at else retry_at end as due_at
         from callback_deliveries delivery
         where state = 'waiting' and partition = any($1::smallint[]) and not ${behindHold("delivery")}
         order by partition, payment_id, seq
       ), ranked as (
         select payment_id, due_at, row_number() over (partition by account order by due_at) as place
         from heads where due_at <= $2 and payment_id <> all($3::text[])
       ), taken as (
         select payment_id from ranked where place <= $4 order by due_at limit $5
       )
       select delivery.* from callback_deliveries delivery join taken using (payment_id)
       where delivery.state = 'waiting' and not ${behindHold("delivery")} order by delivery.partition, delivery.seq`,
      [partitions, timestamp(dueBefore), except, perAccountMax, paymentsMax],
    );
    return byPayment(rows);
  }

  async list({ paymentId, merchantId, orderNumber, reference, state, after, limit }: DeliveryFilter): Promise<readonly Callback[]> {
    const rows = await queryRows(
      this.pool,
      `select * from callback_deliveries
       where ($1::text is null or payment_id = $1) and ($2::text is null or account in ($2 || '/test', $2 || '/live'))
         and ($3::text is null or order_number = $3) and ($4::text is null or reference = $4) and ($5::text is null or state = $5)
         and ($6::text is null or (partition, seq) < (select partition, seq from callback_deliveries where delivery_id = $6))
       order by partition desc, seq desc limit $7`,
      [paymentId, merchantId, orderNumber, reference, state, after, limit].map((value) => value ?? null),
    );
    return rows.map(readCallback);
  }

  async find(ids: readonly DeliveryId[]): Promise<readonly Callback[]> {
    return (await queryRows(this.pool, "select * from callback_deliveries where delivery_id = any($1::text[])", [ids])).map(readCallback);
  }

  async attempts(ids: readonly DeliveryId[]): Promise<readonly RecordedAttempt[]> {
    const rows = await queryRows(
      this.pool,
      `select attempt.*, delivery.payment_id from callback_attempts attempt join callback_deliveries delivery using (delivery_id)
       where delivery_id = any($1::text[]) order by attempt.partition, attempt.fact_offset`,
      [ids],
    );
    return rows.map(readAttempt);
  }

  async #applyIn(client: Client, events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<Applied> {
    const checkpoints = await this.#lock(client, [...events, ...facts].map(({ after }) => after));
    const touched = paymentsOf(events, facts);
    const fresh = <Batch extends EventsBatch | FactsBatch>(batches: readonly Batch[]) =>
      batches.flatMap((batch) => {
        const from = newFrom(batch, checkpoints.get(`${batch.after.topic}/${batch.after.partition}`) ?? 0);
        return from === undefined ? [] : [{ batch, from }];
      });
    const freshEvents = fresh(events);
    const freshFacts = fresh(facts);

    const owed = freshEvents.flatMap(({ batch, from }) => batch.owed.filter(({ offset }) => offset >= from).map(({ callback }) => callback));
    await this.#insert(client, owed);
    await this.#hold(client, freshEvents.flatMap(({ batch, from }) => batch.unread.filter(({ offset }) => offset >= from)));

    const placed = freshFacts.flatMap(({ batch, from }) => batch.facts.filter(({ offset }) => offset >= from));
    const strays = await this.#fold(client, placed);

    await this.#moveTo(client, [...freshEvents, ...freshFacts].map(({ batch }) => batch.after));
    const waiting = await this.#waiting(client, [...touched.keys()]);
    return { waiting, partitionOf: touched, strays };
  }

  /** Locks the checkpoints in one order, making those that are not there yet, so that nobody else moves them meanwhile. */
  async #lock(client: Client, positions: readonly Position[]): Promise<Map<string, number>> {
    const names = [...positions].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
    const values = [names.map(({ topic }) => topic), names.map(({ partition }) => partition)];
    const locked = () =>
      client.query<Row>(
        `select topic, partition, next_offset from callback_checkpoints
         where (topic, partition) in (select * from unnest($1::text[], $2::smallint[])) order by topic, partition for update`,
        values,
      );
    let { rows } = await locked();
    if (rows.length < names.length) {
      await client.query(
        `insert into callback_checkpoints (topic, partition, next_offset, seq, head)
         select topic, partition, 0, 0, ''::bytea from unnest($1::text[], $2::smallint[]) as row(topic, partition)
         on conflict do nothing`,
        values,
      );
      ({ rows } = await locked());
    }
    return new Map(rows.map((row) => [`${row["topic"] as string}/${Number(row["partition"])}`, Number(row["next_offset"])]));
  }

  async #insert(client: Client, owed: readonly Callback[]): Promise<void> {
    if (owed.length === 0) return;
    const { source, names, values } = unnest(callbackColumns, owed);
    await client.query(`insert into callback_deliveries (${names}) select ${names} from ${source} on conflict (delivery_id) do nothing`, values);
  }

  async #hold(client: Client, unread: readonly HeldEvent[]): Promise<void> {
    if (unread.length === 0) return;
    const { source, names, values } = unnest(heldEventColumns, unread);
    await client.query(`insert into held_events (consumer, ${names}) select 'callbacks', ${names} from ${source} on conflict do nothing`, values);
  }

  async #releaseIn(client: Client, read: readonly ReadAtLast[]): Promise<Applied> {
    const { rows } = await client.query<Row>(
      `delete from held_events where consumer = 'callbacks' and (partition, event_offset) in (select * from unnest($1::smallint[], $2::bigint[]))
       returning partition, event_offset`,
      [read.map(({ event }) => event.partition), read.map(({ event }) => event.offset)],
    );
    const gone = new Set(rows.map((row) => `${Number(row["partition"])}/${Number(row["event_offset"])}`));
    await this.#insert(
      client,
      read.flatMap(({ event, callback }) => (callback !== undefined && gone.has(`${event.partition}/${event.offset}`) ? [callback] : [])),
    );
    const touched = new Map(read.map(({ event }) => [event.paymentId, event.partition]));
    return { waiting: await this.#waiting(client, [...touched.keys()]), partitionOf: touched, strays: [] };
  }

  async #fold(client: Client, placed: FactsBatch["facts"]): Promise<readonly DeliveryFact[]> {
    if (placed.length === 0) return [];
    const ids = [...new Set(placed.map(({ fact }) => fact.deliveryId))];
    const { rows } = await client.query<Row>("select * from callback_deliveries where delivery_id = any($1::text[]) for update", [ids]);
    const known = new Map(rows.map(readCallback).map((callback) => [callback.id, callback] as const));
    const { changed, strays } = foldFacts(known, placed);

    const { source, values } = unnest(callbackColumns, [...changed.values()], "row");
    const set = changingColumns.map((name) => `${name} = row.${name}`).join(", ");
    await client.query(`update callback_deliveries delivery set ${set} from ${source} where delivery.delivery_id = row.delivery_id`, values);

    const attempts = placed.flatMap(({ offset, fact }) => {
      const callback = changed.get(fact.deliveryId);
      return fact.type === "CallbackAttempted" && callback !== undefined ? [{ offset, fact, partition: callback.partition }] : [];
    });
    const tries = unnest(attemptColumns, attempts);
    await client.query(
      `insert into callback_attempts (${tries.names}) select ${tries.names} from ${tries.source} on conflict (attempt_id) do nothing`,
      tries.values,
    );
    return strays;
  }

  async #moveTo(client: Client, positions: readonly Position[]): Promise<void> {
    const { source, values } = unnest(checkpointColumns, positions, "row");
    await client.query(
      `update callback_checkpoints known set next_offset = row.next_offset, seq = row.seq, head = row.head
       from ${source} where known.topic = row.topic and known.partition = row.partition`,
      values,
    );
  }

  async #waiting(client: Client, payments: readonly PaymentId[]): Promise<ReadonlyMap<PaymentId, readonly Callback[]>> {
    if (payments.length === 0) return new Map();
    const { rows } = await client.query<Row>(
      `select * from callback_deliveries delivery
       where payment_id = any($1::text[]) and state = 'waiting' and not ${behindHold("delivery")} order by partition, seq`,
      [payments],
    );
    const waiting = byPayment(rows);
    for (const paymentId of payments) if (!waiting.has(paymentId)) waiting.set(paymentId, []);
    return waiting;
  }
}

const byPayment = (rows: readonly Row[]): Map<PaymentId, Callback[]> => {
  const found = new Map<PaymentId, Callback[]>();
  for (const callback of rows.map(readCallback)) {
    const callbacks = found.get(callback.paymentId);
    if (callbacks === undefined) found.set(callback.paymentId, [callback]);
    else callbacks.push(callback);
  }
  return found;
};
