import { describe, expect, it } from "@jest/globals";
import { encodePaymentEvent, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import { genesisPosition, link } from "@malipo/event-log";
import type { Account, Instant } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import { anyCommands, eventsOf, play } from "@malipo/payment-lifecycle/testing";
import { ChangeSet, projectEvent } from "@malipo/projections";
import { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import fc from "fast-check";
import { rowsOf } from "../world/rows-of-world.js";
import type { DatabaseRows, Row } from "./journals.js";
import { judgeRows } from "./judge-rows.js";
import { readTopics } from "./read-topics.js";

const topic = "payments.events.v1";
const partition = 3;
const account = "0f3c8ae1d2b94b7f9a6c5d4e3f201182/test" as Account;

/** What the product links for these events, and what its projection makes of the first `count` of them. */
const project = async (events: readonly PaymentEvent[], count = events.length) => {
  const drafts = events.map((event, index) => {
    const { type, value } = encodePaymentEvent(event);
    const envelope = { id: `c${index}`, source: "/test", type, time: event.at, subject: event.paymentId, account, aggregateVersion: index + 1, causation: `c${index}` };
    return { key: event.paymentId, value: toJsonBytes(value), headers: toHeaders(envelope) };
  });
  const records = link(topic, partition, genesisPosition(topic, partition, 12), drafts);
  const changes = new ChangeSet();
  for (const [index, { offset, seq, value, envelope }] of records.slice(0, count).entries()) {
    const { subject: aggregateId, type, time: at, causation: commandId } = envelope;
    const row = { partition, offset, seq, aggregateId, aggregateVersion: index + 1, type, value, commandId: commandId!, at: at as Instant, account };
    changes.events.push(row);
    projectEvent(changes, row, events[index]!);
  }
  const database = new MemoryPaymentsDatabase();
  const last = records[count - 1]!;
  await database.commit(changes, [{ partition, from: 0, to: { offset: last.offset + 1, seq: last.seq, head: last.digest } }]);
  return { events: readTopics(records).events, rows: rowsOf(database) };
};

describe("rows that a projection has made", () => {
  it("are the judges' own fold of the log at whatever checkpoint", () =>
    fc.assert(
      fc.asyncProperty(anyCommands, fc.nat(), async (commands, cut) => {
        const recorded = eventsOf(play(commands));
        const { events, rows } = await project(recorded, (cut % recorded.length) + 1);
        expect(judgeRows(events, rows, "settled")).toEqual([]);
      }),
      { numRuns: 100 },
    ));

  describe("with a planted fault", () => {
    const [commands] = fc.sample(anyCommands.filter((drawn) => eventsOf(play(drawn)).filter(({ type }) => type === "AttemptStarted").length === 2), { numRuns: 1, seed: 7 });
    const recorded = eventsOf(play(commands!));
    const first = (changes: Row) => (rows: readonly Row[]): readonly Row[] => [{ ...rows[0], ...changes }, ...rows.slice(1)];
    const folded = "rows are the fold of the log";
    const placed = "the checkpoint is a place in the chain";

    it.each<[string, string, keyof DatabaseRows, (rows: readonly Row[]) => readonly Row[]]>([
      ["a status that a clock has set", folded, "payment_summaries", first({ internal_status: "expired" })],
      ["a time taken from a clock", folded, "payment_summaries", first({ updated_at: 0 })],
      ["an amount in other units", folded, "payment_summaries", first({ amount_minor: 1n })],
      ["a payment that was lost", folded, "payment_summaries", () => []],
      ["an attempt that was lost", folded, "payment_attempts", (rows) => rows.slice(1)],
      ["an outcome that was lost", folded, "payment_attempts", first({ knowledge: "in_progress?" })],
      ["a review of nothing", folded, "payment_reviews", (rows) => [...rows, { review_id: "v" }]],
      ["a key that nobody sent", folded, "request_keys", (rows) => [...rows, { account, operation: "kodipay", key_hash: "k" }]],
      ["a record that is void", folded, "payment_events", (rows) => [...rows, { ...rows[0], event_offset: 99 }]],
      ["a checkpoint ahead of the rows", folded, "checkpoints", first({ next_offset: 1, seq: 1 })],
      ["a checkpoint of another chain", placed, "checkpoints", first({ head: new Uint8Array(32) })],
      ["a checkpoint that miscounts", placed, "checkpoints", first({ seq: 99 })],
    ])("are told from it: %s", async (_, rule, table, change) => {
      const { events, rows } = await project(recorded);
      expect(judgeRows(events, rows, "settled")).toEqual([]);
      expect(judgeRows(events, { ...rows, [table]: change(rows[table]) }, "settled").map((violation) => violation.rule)).toContain(rule);
    });
  });

  it("may lack what a payment waits for that is marked so, until everything has settled", async () => {
    const [commands] = fc.sample(anyCommands.filter((drawn) => eventsOf(play(drawn)).length > 2), { numRuns: 1, seed: 7 });
    const { events, rows } = await project(eventsOf(play(commands!)));
    const parked = { ...rows, payment_summaries: rows.payment_summaries.map((row) => ({ ...row, parked: true, version: 1, agg_version: 1 })) };
    expect(judgeRows(events, parked, "stopped")).toEqual([]);
    expect(judgeRows(events, parked, "settled")).not.toEqual([]);
    const unmarked = { ...rows, payment_summaries: rows.payment_summaries.map((row) => ({ ...row, version: 99 })) };
    expect(judgeRows(events, unmarked, "stopped")).not.toEqual([]);
  });
});
