import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { EventLog, OutgoingRecord, StoredRecord } from "@malipo/ports";

export type LogUnderTest = Readonly<{
  /** A client of its own, as another process would have it. */
  client(): EventLog;
  /** A topic of 12 partitions that nobody else uses. */
  topic: string;
  group: string;
  /** Runs the body to its end; a simulation moves its time meanwhile. */
  run(body: () => Promise<void>): Promise<void>;
  sleep(ms: number): Promise<void>;
  /** Nothing is reachable from now on for this client. */
  unreachable(): EventLog;
  close(): Promise<void>;
}>;

const record = (key: string, value = `value of ${key}`): OutgoingRecord => ({
  key,
  value: Buffer.from(value),
  headers: { ce_id: key, ce_prev: Buffer.from([0, 1, 2, 254, 255]), "content-type": "application/json" },
});

const keys = (records: readonly StoredRecord[]): string[] => records.map(({ key }) => key);

/** What every log behind the port has to do, the simulated one included, so that the model cannot drift from the broker. */
export const eventLogConformance = (name: string, makeLog: () => Promise<LogUnderTest>): void => {
  describe(`the event log port, ${name}`, () => {
    let under: LogUnderTest;
    beforeEach(async () => {
      under = await makeLog();
    });
    afterEach(() => under.close());

    const until = async (condition: () => boolean, what: string): Promise<void> => {
      for (let waitedMs = 0; !condition(); waitedMs += 20) {
        if (waitedMs > 20_000) throw new Error(`in vain waited for: ${what}`);
        await under.sleep(20);
      }
    };
    const check = (sentence: string, body: (log: EventLog, topic: string) => Promise<void>) =>
      it(sentence, () => under.run(() => body(under.client(), under.topic)));

    check("says where it put each partition's batch, and ends one past it", async (log, topic) => {
      const first = await log.append(topic, new Map([[0, [record("a"), record("b")]], [5, [record("c")]]]));
      const second = await log.append(topic, new Map([[0, [record("d")]]]));
      expect([first.get(0), first.get(5), second.get(0)]).toMatchObject([
        { kind: "appended", baseOffset: 0 },
        { kind: "appended", baseOffset: 0 },
        { kind: "appended", baseOffset: 2 },
      ]);
      const ends = await log.ends(topic);
      expect([ends.size, ends.get(0), ends.get(5), ends.get(6)]).toEqual([12, { start: 0, end: 3 }, { start: 0, end: 1 }, { start: 0, end: 0 }]);
    });

    check("keeps one generation while nothing reconnects", async (log, topic) => {
      await log.append(topic, new Map([[0, [record("warm up")]]]));
      const before = log.generation;
      const outcome = (await log.append(topic, new Map([[0, [record("a")]]]))).get(0);
      expect(outcome).toMatchObject({ kind: "appended", generation: before });
      expect(log.generation).toBe(before);
    });

    check("gives back exactly what was appended", async (log, topic) => {
      await log.append(topic, new Map([[3, [record("payment é", "{}"), record("tombstone", "")]]]));
      const stored = (await log.read(topic, 3, 0))!;
      expect({ ...stored, value: Buffer.from(stored.value).toString(), headers: Object.keys(stored.headers).sort() }).toMatchObject({
        topic,
        partition: 3,
        offset: 0,
        key: "payment é",
        value: "{}",
        headers: ["ce_id", "ce_prev", "content-type"],
      });
      expect(Buffer.from(stored.headers["ce_prev"] as Uint8Array)).toEqual(Buffer.from([0, 1, 2, 254, 255]));
      expect(stored.appendedAtMs).toBeGreaterThan(1_700_000_000_000);
      expect((await log.read(topic, 3, 1))!.value).toHaveLength(0);
      expect(await log.read(topic, 3, 2)).toBeUndefined();
      expect(await log.read(topic, 4, 7)).toBeUndefined();
    });

    check("tails from the given offsets in order and without gaps, and goes on with what comes", async (log, topic) => {
      await log.append(topic, new Map([[0, [record("a"), record("b"), record("c")]], [1, [record("x")]]]));
      const seen = new Map<number, string[]>([[0, []], [1, []]]);
      const tail = await under.client().tail(topic, new Map([[0, 1], [1, 0]]), (partition, records) => {
        seen.get(partition)!.push(...keys(records));
      });
      await until(() => seen.get(0)!.length === 2 && seen.get(1)!.length === 1, "the records that are there");
      for (const key of ["d", "e", "f"]) await log.append(topic, new Map([[0, [record(key)]]]));
      await until(() => seen.get(0)!.length === 5, "the records that came");
      expect([...seen]).toEqual([[0, ["b", "c", "d", "e", "f"]], [1, ["x"]]]);
      await tail.stop();
      await log.append(topic, new Map([[0, [record("g")]]]));
      await under.sleep(100);
      expect(seen.get(0)).toHaveLength(5);
    });

    check("waits for a tail's sink before the next batch", async (log, topic) => {
      const release = Promise.withResolvers<void>();
      const seen: string[] = [];
      await log.tail(topic, new Map([[0, 0]]), (_partition, records) => {
        seen.push(...keys(records));
        return release.promise;
      });
      await log.append(topic, new Map([[0, [record("a")]]]));
      await until(() => seen.length === 1, "the first record");
      await log.append(topic, new Map([[0, [record("b")]]]));
      await under.sleep(200);
      expect(seen).toEqual(["a"]);
      release.resolve();
      await until(() => seen.length === 2, "the second record");
    });

    check("shares partitions out, delivers from where the take-over says, and hands over", async (log, topic) => {
      await log.append(topic, new Map([[2, [record("old"), record("new")]]]));
      const member = (client: EventLog) => {
        const owned = new Set<number>();
        const seen: string[] = [];
        const subscription = client.consumeOwned(topic, under.group, {
          takeOver: (partition) => Promise.resolve((owned.add(partition), partition === 2 ? 1 : 0)),
          handOver: (partition) => void owned.delete(partition),
          deliver: (_partition, records) => void seen.push(...keys(records)),
        });
        return { owned, seen, subscription };
      };
      const first = member(log);
      await until(() => first.owned.size === 12 && first.seen.length === 1, "all partitions for the only member");
      expect(first.seen).toEqual(["new"]);
      const second = member(under.client());
      await until(() => first.owned.size === 6 && second.owned.size === 6, "an even share for two members");
      expect(new Set([...first.owned, ...second.owned]).size).toBe(12);
      await (await first.subscription).stop();
      expect(first.owned.size).toBe(0);
      await until(() => second.owned.size === 12, "everything for the one who stayed");
      await log.append(topic, new Map([[7, [record("later")]]]));
      await until(() => second.seen.includes("later"), "what came after the hand-over");
    });

    check("holds one partition's deliveries back without holding back the others", async (log, topic) => {
      const release = Promise.withResolvers<void>();
      const seen: string[] = [];
      await log.consumeOwned(topic, under.group, {
        takeOver: () => Promise.resolve(0),
        handOver: () => undefined,
        deliver: (partition, records) => {
          seen.push(...keys(records));
          return partition === 0 ? release.promise : undefined;
        },
      });
      await log.append(topic, new Map([[0, [record("slow")]]]));
      await until(() => seen.includes("slow"), "the slow partition");
      await log.append(topic, new Map([[0, [record("behind it")]], [1, [record("beside it")]]]));
      await until(() => seen.includes("beside it"), "the other partition");
      expect(seen).not.toContain("behind it");
      release.resolve();
      await until(() => seen.includes("behind it"), "the slow partition's next");
    });

    it("calls an append unknown and a question unavailable when nothing answers", () =>
      under.run(async () => {
        const log = under.unreachable();
        expect((await log.append(under.topic, new Map([[0, [record("a")]]]))).get(0)).toMatchObject({ kind: "unknown" });
        await expect(log.ends(under.topic)).rejects.toMatchObject({ code: "log_unavailable" });
        await expect(log.read(under.topic, 0, 0)).rejects.toMatchObject({ code: "log_unavailable" });
      }));
  });
};
