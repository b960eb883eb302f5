import type { AttemptId } from "@malipo/kernel";
import { type inTransaction, timestamp, unnest } from "@malipo/projections";
import type { AttemptChange } from "./attempt-change.js";
import type { ReconciliationFact } from "./reconciliation-fact.js";
import { breakColumns, lineColumns } from "./reconciliation-rows.js";

export type Client = Parameters<Parameters<typeof inTransaction>[1]>[0];

type Known = Extract<AttemptChange, { kind: "known" }>;

/** Folds events into the rows of payments, attempts, and keys, a statement for each kind. */
export const writeChanges = async (client: Client, changes: readonly AttemptChange[]): Promise<void> => {
  const payments = changes.filter((change) => change.kind === "payment");
  const started = changes.filter((change) => change.kind === "started");
  const known = changes.filter((change) => change.kind === "known");

  if (payments.length > 0) {
    await client.query(
      `insert into reconciliation_payments (payment_id, account, order_number, minor, currency)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) on conflict do nothing`,
      [
        payments.map(({ paymentId }) => paymentId),
        payments.map(({ account }) => account),
        payments.map(({ orderNumber }) => orderNumber),
        payments.map(({ amount }) => amount.minor.toString()),
        payments.map(({ amount }) => amount.currency),
      ],
    );
  }
  if (started.length > 0) {
    await client.query(
      `insert into reconciliation_attempts (attempt_id, payment_id, account, order_number, provider, minor, currency, standing, started_at)
       select row.attempt_id, payment_id, account, order_number, row.provider, minor, currency, 'open', row.started_at
       from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as row(attempt_id, payment_id, provider, started_at)
       join reconciliation_payments using (payment_id) on conflict do nothing`,
      [started.map(({ attemptId }) => attemptId), started.map(({ paymentId }) => paymentId), started.map(({ provider }) => provider), started.map(({ at }) => timestamp(at))],
    );
  }
  await writeStandings(client, known);
  await writeKeys(client, [
    ...started.flatMap(({ attemptId, keys }) => keys.map((key) => ({ attemptId, key }))),
    ...known.flatMap(({ attemptId, key }) => (key === undefined ? [] : [{ attemptId, key }])),
  ]);
};

/** The last word of a batch is the standing; the first approval is the time of the charge. */
const writeStandings = async (client: Client, known: readonly Known[]): Promise<void> => {
  const last = new Map<AttemptId, { standing: string; chargedAt?: number }>();
  for (const { attemptId, standing, at } of known) {
    if (standing === undefined) continue;
    const chargedAt = last.get(attemptId)?.chargedAt ?? (standing === "charged" ? at : undefined);
    last.set(attemptId, { standing, ...(chargedAt !== undefined && { chargedAt }) });
  }
  if (last.size === 0) return;
  const standings = [...last.values()];
  await client.query(
    `update reconciliation_attempts attempt set standing = row.standing, charged_at = coalesce(attempt.charged_at, row.charged_at)
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as row(attempt_id, standing, charged_at) where attempt.attempt_id = row.attempt_id`,
    [[...last.keys()], standings.map(({ standing }) => standing), standings.map(({ chargedAt }) => timestamp(chargedAt) ?? null)],
  );
};

const writeKeys = async (client: Client, keys: readonly Readonly<{ attemptId: AttemptId; key: string }>[]): Promise<void> => {
  if (keys.length === 0) return;
  await client.query(
    `insert into reconciliation_keys (provider, key, attempt_id)
     select attempt.provider, row.key, row.attempt_id from unnest($1::text[], $2::text[]) as row(attempt_id, key)
     join reconciliation_attempts attempt using (attempt_id) on conflict do nothing`,
    [keys.map(({ attemptId }) => attemptId), keys.map(({ key }) => key)],
  );
};

/** Folds facts in their order; lines come in bulk, everything else is rare. */
export const writeFact = async (client: Client, fact: ReconciliationFact): Promise<void> => {
  switch (fact.type) {
    case "StatementBegun":
      await client.query(
        `insert into reconciliation_statements (statement_id, provider, day, state, lines, known_lines, unreadable_lines, begun_at)
         values ($1, $2, $3, 'begun', 0, 0, 0, $4) on conflict do nothing`,
        [fact.statementId, fact.provider, fact.day, timestamp(fact.at)],
      );
      return;
    case "LinesRecorded": {
      const { source, values } = unnest(lineColumns, fact.lines.map((line) => ({ ...line, statementId: fact.statementId })));
      await client.query(
        `insert into reconciliation_lines (digest, statement_id, provider, kind, transaction_id, keys, outcome, minor, currency, at, attempt_id)
         select digest, statement_id, provider, kind, transaction_id, array(select jsonb_array_elements_text(key_text::jsonb)),
                outcome, minor, currency, at, attempt_id
         from ${source} on conflict (digest) do nothing`,
        values,
      );
      return;
    }
    case "StatementCompleted":
      await client.query(
        `update reconciliation_statements set state = 'completed', lines = $2, known_lines = $3, unreadable_lines = $4, completed_at = $5
         where statement_id = $1`,
        [fact.statementId, fact.lines, fact.knownLines, fact.unreadableLines, timestamp(fact.at)],
      );
      return;
    case "LineMatched":
      await client.query("update reconciliation_lines set attempt_id = $2 where digest = $1 and attempt_id is null", [fact.digest, fact.attemptId]);
      return;
    case "BreakOpened": {
      const { source, names, values } = unnest(breakColumns, [{ ...fact.found, openedAt: fact.at }]);
      await client.query(
        `insert into reconciliation_breaks as held (${names}, state, owner) select ${names}, 'open', 'operations' from ${source}
         on conflict (break_id) do update
         set state = 'open', opened_at = excluded.opened_at, closed_at = null, resolution = null,
             theirs_minor = excluded.theirs_minor, theirs_currency = excluded.theirs_currency,
             line_digest = excluded.line_digest, transaction_id = excluded.transaction_id
         where held.state = 'closed'`,
        values,
      );
      return;
    }
    case "BreakClosed":
      await client.query("update reconciliation_breaks set state = 'closed', closed_at = $2, resolution = $3 where break_id = $1 and state = 'open'", [
        fact.breakId,
        timestamp(fact.at),
        fact.resolution,
      ]);
      return;
  }
};
