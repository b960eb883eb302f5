import type { AttemptId, ProviderId } from "@malipo/kernel";
import { inTransaction, queryRows, timestamp, unnest } from "@malipo/projections";
import type { KnownAttempt, LineDigest } from "@malipo/statement-matching";
import type { Pool } from "pg";
import type { MatchedLine } from "./reconciliation-fact.js";
import { type Row, checkpointColumns, readAttempt, readBreak, readLine, readPosition, readStatementRow } from "./reconciliation-rows.js";
import {
  type BreakFilter,
  type ChargesQuery,
  type EventsBatch,
  type FactsBatch,
  type ListedBreak,
  type ListedStatement,
  type Position,
  type ReconciliationStore,
  newItems,
} from "./reconciliation-store.js";
import { type Client, writeChanges, writeFact } from "./write-rows.js";

const attempts = `
  select attempt.*, (select digest from reconciliation_lines line where line.attempt_id = attempt.attempt_id limit 1) as line,
         array(select key from reconciliation_keys keys where keys.attempt_id = attempt.attempt_id order by key) as keys
  from reconciliation_attempts attempt`;

/** The rows in PostgreSQL. Two instances may apply the same records: the checkpoints' row locks put them in line. */
export class PgReconciliationStore implements ReconciliationStore {
  constructor(private readonly pool: Pool) {}

  async positions(): Promise<readonly Position[]> {
    return (await queryRows(this.pool, "select * from reconciliation_checkpoints", [])).map(readPosition);
  }

  async apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<readonly AttemptId[]> {
    let touched: readonly AttemptId[] = [];
    let fault: unknown;
    const outcome = await inTransaction(this.pool, async (client) => {
      try {
        touched = await this.#applyIn(client, events, facts);
      } catch (error) {
        fault = error;
        throw error;
      }
    });
    if (outcome.kind === "ok") return touched;
    // A commit whose answer was lost is looked up by the next try: the checkpoints say whether it was applied.
    throw fault ?? ("cause" in outcome ? outcome.cause : new Error("the rows moved under this transaction"));
  }

  async linesByDigest(digests: readonly LineDigest[]): Promise<readonly MatchedLine[]> {
    return (await queryRows(this.pool, "select * from reconciliation_lines where digest = any($1::text[])", [digests])).map(readLine);
  }

  async linesOfAttempts(ids: readonly AttemptId[]): Promise<readonly MatchedLine[]> {
    return (await queryRows(this.pool, "select * from reconciliation_lines where attempt_id = any($1::text[])", [ids])).map(readLine);
  }

  async unmatchedLinesFor(ids: readonly AttemptId[]): Promise<readonly MatchedLine[]> {
    const rows = await queryRows(
      this.pool,
      `select distinct line.* from reconciliation_keys known
       join reconciliation_lines line on line.provider = known.provider and line.keys @> array[known.key] and line.attempt_id is null
       where known.attempt_id = any($1::text[])`,
      [ids],
    );
    return rows.map(readLine);
  }

  async attemptsByKeys(provider: ProviderId, keys: readonly string[]): Promise<readonly KnownAttempt[]> {
    const rows = await queryRows(
      this.pool,
      `${attempts} where attempt.attempt_id in (select attempt_id from reconciliation_keys where provider = $1 and key = any($2::text[]))`,
      [provider, keys],
    );
    return rows.map(readAttempt);
  }

  async attemptsById(ids: readonly AttemptId[]): Promise<readonly KnownAttempt[]> {
    return (await queryRows(this.pool, `${attempts} where attempt.attempt_id = any($1::text[])`, [ids])).map(readAttempt);
  }

  async attemptsOfOrder(orderNumber: string): Promise<readonly KnownAttempt[]> {
    const rows = await queryRows(
      this.pool,
      `${attempts} where attempt.payment_id in (select payment_id from reconciliation_payments where order_number = $1) order by attempt.started_at`,
      [orderNumber],
    );
    return rows.map(readAttempt);
  }

  async unmatchedCharges({ provider, from, to, chargedBefore, after, limit }: ChargesQuery): Promise<readonly KnownAttempt[]> {
    const rows = await queryRows(
      this.pool,
      `${attempts} where attempt.provider = $1 and attempt.standing = 'charged' and attempt.charged_at >= $2 and attempt.charged_at < $3
         and attempt.charged_at <= $4 and attempt.attempt_id > $5
         and not exists (select from reconciliation_lines line where line.attempt_id = attempt.attempt_id)
       order by attempt.attempt_id limit $6`,
      [provider, timestamp(from), timestamp(to), timestamp(chargedBefore), after ?? "", limit],
    );
    return rows.map(readAttempt);
  }

  async openBreaksOf(ids: readonly AttemptId[]): Promise<readonly ListedBreak[]> {
    const text = "select * from reconciliation_breaks where state = 'open' and attempt_id = any($1::text[])";
    return (await queryRows(this.pool, text, [ids])).map(readBreak);
  }

  async breaks({ state, kind, provider, orderNumber, after, limit }: BreakFilter): Promise<readonly ListedBreak[]> {
    const rows = await queryRows(
      this.pool,
      `select * from reconciliation_breaks
       where ($1::text is null or state = $1) and ($2::text is null or kind = $2) and ($3::text is null or provider = $3)
         and ($4::text is null or order_number = $4)
         and ($5::text is null or (opened_at, break_id) > (select opened_at, break_id from reconciliation_breaks where break_id = $5))
       order by opened_at, break_id limit $6`,
      [state, kind, provider, orderNumber, after, limit].map((value) => value ?? null),
    );
    return rows.map(readBreak);
  }

  async breaksById(breakIds: readonly string[]): Promise<readonly ListedBreak[]> {
    return (await queryRows(this.pool, "select * from reconciliation_breaks where break_id = any($1::text[])", [breakIds])).map(readBreak);
  }

  async statements({ provider, statementId, limit }: Parameters<ReconciliationStore["statements"]>[0]): Promise<readonly ListedStatement[]> {
    const rows = await queryRows(
      this.pool,
      `select *, to_char(day, 'YYYY-MM-DD') as day_text from reconciliation_statements
       where ($1::text is null or provider = $1) and ($2::text is null or statement_id = $2) order by begun_at desc limit $3`,
      [provider ?? null, statementId ?? null, limit],
    );
    return rows.map(readStatementRow);
  }

  async #applyIn(client: Client, events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<readonly AttemptId[]> {
    const checkpoints = await this.#lock(client, [...events, ...facts].map(({ after }) => after));
    const checkpointOf = ({ topic, partition }: Position): number => checkpoints.get(`${topic}/${partition}`) ?? 0;
    const changes = newItems(events, checkpointOf);
    const news = newItems(facts, checkpointOf);
    await writeChanges(client, changes.items);
    for (const fact of news.items) await writeFact(client, fact);
    await this.#moveTo(client, [...changes.moves, ...news.moves]);
    return [...new Set(changes.items.flatMap((change) => (change.kind === "payment" ? [] : [change.attemptId])))];
  }

  /** Locks the checkpoints in one order, making those that are not there yet, so that nobody else moves them meanwhile. */
  async #lock(client: Client, positions: readonly Position[]): Promise<Map<string, number>> {
    const names = [...positions].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
    const values = [names.map(({ topic }) => topic), names.map(({ partition }) => partition)];
    const locked = () =>
      client.query<Row>(
        `select topic, partition, next_offset from reconciliation_checkpoints
         where (topic, partition) in (select * from unnest($1::text[], $2::smallint[])) order by topic, partition for update`,
        values,
      );
    let { rows } = await locked();
    if (rows.length < names.length) {
      await client.query(
        `insert into reconciliation_checkpoints (topic, partition, next_offset, seq, head)
         select topic, partition, 0, 0, ''::bytea from unnest($1::text[], $2::smallint[]) as row(topic, partition)
         on conflict do nothing`,
        values,
      );
      ({ rows } = await locked());
    }
    return new Map(rows.map((row) => [`${row["topic"] as string}/${Number(row["partition"])}`, Number(row["next_offset"])]));
  }

  async #moveTo(client: Client, positions: readonly Position[]): Promise<void> {
    const { source, values } = unnest(checkpointColumns, positions, "row");
    await client.query(
      `update reconciliation_checkpoints known set next_offset = row.next_offset, seq = row.seq, head = row.head
       from ${source} where known.topic = row.topic and known.partition = row.partition`,
      values,
    );
  }
}
