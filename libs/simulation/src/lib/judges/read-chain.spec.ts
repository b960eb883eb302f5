import { describe, expect, it } from "@jest/globals";
import { link, genesisPosition } from "@malipo/event-log";
import { beginningOf, ChainOfPartition, digestOf } from "./read-chain.js";
import { TopicsReader, readTopics } from "./read-topics.js";
import type { RawRecord } from "./journals.js";

const topic = "payments.events.v1";
const draft = (n: number, headers: Record<string, string> = {}) => ({
  key: `p${n}`,
  value: Buffer.from(JSON.stringify({ n, at: "2026-01-01T00:00:00.000Z" })),
  headers: { "content-type": "application/json", ce_type: "payments.payment.initiated.v1", ce_subject: `p${n}`, ce_account: "é/test", ...headers },
});
const linked = (count: number, partition = 3): readonly RawRecord[] =>
  link(topic, partition, genesisPosition(topic, partition, 12), Array.from({ length: count }, (_, n) => draft(n)));

const verdicts = (records: readonly RawRecord[], partition = 3): readonly string[] => {
  const chain = new ChainOfPartition(topic, partition, 12);
  return records.map((record) => {
    const verdict = chain.next(record);
    return verdict.kind === "void" ? verdict.why : `${verdict.seq}`;
  });
};

describe("the judges' own chain", () => {
  const record = {
    key: "8f14e45fceea167a5a36dedd4bea2543",
    value: Buffer.from('{"amount":{"amount":"10.00","currency":"USD"}}'),
    headers: { "content-type": "application/json", ce_id: "0190f3c8-ae1d-72b9-8b7f-9a6c5d4e3f20", ce_type: "payments.payment.completed.v1", ce_account: "é" },
  };

  it("has the published digests", () => {
    const beginning = beginningOf(topic, 7, 12);
    expect(beginning).toBe("dbc361e11836aceffe3da594a4b10e850d298c962530525adcb6bb61b3c3a696");
    expect(digestOf(beginning, 1, record)).toBe("c7af119be6c0ec28d6c037ed7ffc29eeff9940e662780fc3bdfa206dc8ff7799");
  });

  it("finds what the product links valid, as text and as the bytes of the wire", () => {
    const records = linked(5);
    expect(verdicts(records)).toEqual(["1", "2", "3", "4", "5"]);
    const wire = records.map(({ key, headers, ...rest }) => ({
      ...rest,
      key: Buffer.from(key),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
    }));
    expect(verdicts(wire)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("passes over what does not continue it, and goes on behind", () => {
    const [first, second, third] = linked(3);
    const altered = { ...second!, headers: { ...second!.headers, ce_traceparent: "added later" } };
    const { ce_prev: _, ...bare } = second!.headers;
    expect(verdicts([first!, first!, second!, third!])).toEqual(["1", "other_prev", "2", "3"]);
    expect(verdicts([first!, altered, third!])).toEqual(["1", "2", "other_prev"]);
    expect(verdicts([first!, { ...second!, headers: bare }, second!])).toEqual(["1", "no_link", "2"]);
    expect(verdicts([first!, { ...second!, headers: { ...second!.headers, ce_seq: "3" } }, second!])).toEqual(["1", "other_seq", "2"]);
    expect(verdicts(linked(2), 4)).toEqual(["other_prev", "other_prev"]);
  });
});

describe("reading topics", () => {
  it("keeps valid and void apart, and sees a hole", () => {
    const [first, second, third] = linked(3);
    const moved = (record: RawRecord, offset: number): RawRecord => ({ ...record, offset });
    const { events, voids, heads, unreadable } = readTopics([first!, moved(first!, 1), moved(second!, 2), moved(third!, 4)]);
    expect(events.map(({ subject, offset, seq }) => [subject, offset, seq])).toEqual([["p0", 0, 1], ["p1", 2, 2], ["p2", 4, 3]]);
    expect(voids).toMatchObject([{ offset: 1, why: "other_prev", account: "é/test" }]);
    expect(heads[3]).toMatchObject({ offset: 4, seq: 3 });
    expect(unreadable).toMatchObject([{ rule: "no hole in the log" }]);
  });

  it("knows a type of a version yet to come only by the word that it is told for it", () => {
    const records = linked(2);
    const next = new TopicsReader(new Map([["payments.payment.initiated.v1", "the.word.we.know"]]));
    next.read(topic, 3, records);
    expect(next.journals.events).toMatchObject([{ type: "the.word.we.know", writtenAs: "payments.payment.initiated.v1" }, {}]);
    expect(readTopics(records).events[0]).not.toHaveProperty("writtenAs");
  });
});
