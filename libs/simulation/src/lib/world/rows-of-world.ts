import type { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import type { DatabaseRows, Row } from "../judges/journals.js";

/** The rows as PostgreSQL would give them: its columns' names, and an amount in two of them. */
export const rowsOf = (database: MemoryPaymentsDatabase): DatabaseRows => {
  const { checkpoints, events, summaries, attempts, requestKeys, reviews } = database.rows();
  return {
    checkpoints: checkpoints.map(({ offset, ...row }) => columns({ ...row, nextOffset: offset })),
    payment_events: events.map(({ offset, ...row }) => columns({ ...row, eventOffset: offset })),
    payment_summaries: summaries.map(({ amount, ...row }) => columns({ ...row, amountMinor: amount.minor, currency: amount.currency })),
    payment_attempts: attempts.map(columns),
    payment_reviews: reviews.map(columns),
    request_keys: requestKeys.map(columns),
  };
};

const columns = ({ aggregateVersion, ...row }: Readonly<Record<string, unknown>>): Row => {
  const named = aggregateVersion === undefined ? row : { ...row, aggVersion: aggregateVersion };
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
};
