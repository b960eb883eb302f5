import { describe, expect, it } from "@jest/globals";
import { type ChainPosition, genesisPosition, link } from "@malipo/event-log";
import type { StoredRecord } from "@malipo/ports";
import { ChainWalk } from "./chain-walk.js";

const topic = "payments.events.v1";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const after = (records: ReturnType<typeof link>): ChainPosition => {
  const last = records.at(-1)!;
  return { offset: last.offset + 1, seq: last.seq, head: last.digest };
};
const chain = (from: ChainPosition, ...values: string[]) => link(topic, 3, from, values.map((value) => ({ key: "k", value: bytes(value), headers: {} })));
const stored = (...parts: readonly ReturnType<typeof link>[]): StoredRecord[] =>
  parts.flat().map(({ key, value, headers }, offset) => ({ topic, partition: 3, offset, key, value, headers, appendedAtMs: 0 }));
const walk = (records: readonly StoredRecord[], known?: { seq: number; head: string }) => {
  const one = new ChainWalk(topic, 3, 12, known);
  records.forEach((record) => one.read(record));
  return one.report();
};

const genesis = genesisPosition(topic, 3, 12);
const first = chain(genesis, "a", "b");
const second = chain(after(first), "c", "d");

describe("a walk along a chain", () => {
  it("finds nothing wrong with what was written", () =>
    expect(walk(stored(first, second))).toMatchObject({ records: 4, valid: 4, void: 0, seq: 4, faults: [] }));

  it("counts records that lost their race, a whole batch of them too, and finds nothing wrong", () => {
    const loser = chain(after(first), "x", "y", "z");
    expect(walk(stored(first, second, loser))).toMatchObject({ valid: 4, void: 3, faults: [] });
  });

  it("sees that a record was changed", () => {
    const records = stored(first, second);
    records[1] = { ...records[1]!, value: bytes("B") };
    expect(walk(records)).toMatchObject({ valid: 2, faults: ["offset 2 continues from a record that is not there"] });
  });

  it("sees that a record was taken out, at its place and at the beginning", () => {
    expect(walk(stored(first.slice(0, 1), second)).faults).toHaveLength(1);
    expect(walk(stored(first, second).slice(1)).faults.length).toBeGreaterThan(0);
  });

  it("sees that the end was cut or rewritten, when its head was noted", () => {
    const noted = walk(stored(first, second));
    expect(walk(stored(first, second, chain(after(second), "e")), noted).faults).toEqual([]);
    expect(walk(stored(first), noted).faults).toEqual(["the chain ends at seq 2, but seq 4 was noted"]);
    expect(walk(stored(first, chain(after(first), "c", "D")), noted).faults).toEqual(["seq 4 has another digest than the one noted"]);
  });
});
