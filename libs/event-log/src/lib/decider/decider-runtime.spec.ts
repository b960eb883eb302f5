import { describe, expect, it } from "@jest/globals";
import { accounts, closesAfterMs, eventOf, partitionOfAccount, type TallyProcess, TallyWorld } from "./tally.conformance.js";
import type { DeciderStore } from "./decider-store.js";

const account = accounts[0]!;

const inWorld = async (body: (world: TallyWorld) => Promise<void>, seed = 1): Promise<TallyWorld> => {
  const world = new TallyWorld(seed);
  await world.run(body(world));
  expect(world.fatal).toEqual([]);
  return world;
};

const started = async (process: TallyProcess): Promise<TallyProcess> => {
  await process.start();
  await process.serving();
  return process;
};

describe("the decider runtime", () => {
  it("records one answer for each API command, refusals included", () =>
    inWorld(async (world) => {
      const p = await started(world.process());
      expect(await p.ask({ type: "open", id: "t1" }, account)).toMatchObject({ type: "opened", id: "t1" });
      expect(await p.ask({ type: "add", id: "t1", amount: 700 }, account)).toMatchObject({ type: "added", total: 700 });
      expect(await p.ask({ type: "add", id: "t1", amount: 700 }, account)).toMatchObject({ type: "refused", reason: "over_the_limit" });
      expect(await p.ask({ type: "add", id: "t1", amount: 0 }, account)).toMatchObject({ type: "refused", reason: "nothing_new" });
      expect(await p.ask({ type: "add", id: "t2", amount: 1 }, account)).toMatchObject({ type: "refused", reason: "is_absent" });
      expect(world.truth().map(({ envelope }) => envelope.commandOffset)).toEqual([0, 1, 2, 3, 4]);
    }));

  it("decides the same command once, however often it is sent, and records nothing for a router's refusal", () =>
    inWorld(async (world) => {
      const p = await started(world.process());
      await p.ask({ type: "open", id: "t1" }, account);
      const id = world.random.uuid();
      for (let n = 0; n < 3; n += 1) await p.send({ type: "add", id: "t1", amount: 10 }, account, id);
      await p.send({ type: "add", id: "t1", amount: 5_000 }, account);
      expect(await p.ask({ type: "add", id: "t1", amount: 1 }, account)).toMatchObject({ total: 11 });
      expect(world.truth()).toHaveLength(3);
    }));

  it("sees a used request key before the projections have it, and afterwards", () =>
    inWorld(async (world) => {
      const p = await started(world.process(undefined, 1));
      const asked = await Promise.all(
        ["t1", "t2", "t3"].map((id) => p.ask({ type: "open", id, key: "k", fingerprint: id === "t3" ? "other" : "same" }, account)),
      );
      expect(asked).toMatchObject([{ type: "opened" }, { reason: "replay" }, { reason: "key_reused" }]);
      for (let n = 0; n < 20; n += 1) await p.ask({ type: "open", id: `x${n}` }, account); // pushes t1 out of memory
      expect(await p.ask({ type: "open", id: "t4", key: "k", fingerprint: "same" }, account)).toMatchObject({ reason: "replay" });
    }));

  it("draws again when a drawn number is taken", async () => {
    const world = await inWorld(async (w) => {
      const p = await started(w.process());
      await Promise.all(Array.from({ length: 400 }, (_, n) => p.ask({ type: "open", id: `t${n}` }, account)));
    });
    const numbers = world.truth().map((record) => (eventOf(record) as { number: string }).number);
    expect(new Set(numbers).size).toBe(400);
  });

  it("lets a due timer decide, also for what an owner before it recorded", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.ask({ type: "open", id: "t2" }, account);
      await first.runtime.stop();
      const second = await started(world.process());
      await second.scheduler.sleep(closesAfterMs + 1_000);
      expect(world.truth().map(eventOf).slice(2)).toMatchObject([{ type: "closed" }, { type: "closed" }]);
    }));

  it("keeps a timer that lined up by a clock that was ahead and is right again", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.runtime.stop();
      // While the owner asks what it needs for the timer, the clock by which it lined up is set right.
      const setRight = (store: DeciderStore): DeciderStore => ({
        takeOver: (partition) => store.takeOver(partition),
        lookup: (questions) => {
          second.clock.offMs = 0;
          return store.lookup(questions);
        },
      });
      const second: TallyProcess = world.process(setRight);
      second.clock.offMs = 1_500;
      await started(second);
      await second.scheduler.sleep(closesAfterMs + 1_000);
      expect(world.truth().map(eventOf).slice(1)).toMatchObject([{ type: "closed" }]);
    }));

  it("records nothing by a clock that is set while it asks what it needs", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.runtime.stop();
      const isSet = (store: DeciderStore): DeciderStore => ({
        takeOver: (partition) => store.takeOver(partition),
        lookup: (questions) => {
          second.clock.offMs = 3_600_000;
          return store.lookup(questions);
        },
      });
      const second: TallyProcess = await started(world.process(isSet));
      await second.ask({ type: "add", id: "t1", amount: 1 }, account).catch(() => undefined);
      const [opened, added] = world.truth();
      expect(added!.envelope.time - opened!.envelope.time).toBeLessThan(60_000);
      expect(world.fatal.splice(0)).toEqual([expect.objectContaining({ code: "clock_off" })]);
    }));

  it("takes over where the killed owner was, and decides nothing twice", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      for (let n = 0; n < 10; n += 1) void first.send({ type: "add", id: "t1", amount: 1 }, account);
      await first.scheduler.sleep(0);
      const second = world.process();
      world.time.at(world.time.nowMs + 8, () => first.kill());
      await second.start();
      await second.scheduler.sleep(3_000);
      world.broker.expireDead("deciders");
      await second.serving();
      expect(await second.ask({ type: "add", id: "t1", amount: 100 }, account)).toMatchObject({ type: "added" });
      const totals = world.truth().map(eventOf).flatMap((event) => (event.type === "added" ? [event.total] : []));
      expect(totals).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 110]);
    }));

  it("decides nothing while the store does not answer or is behind, and never takes old for new", () =>
    inWorld(async (world) => {
      let mode: "up" | "down" | "emptied" = "up";
      const wrap = (store: DeciderStore): DeciderStore => ({
        lookup: async (questions) => {
          if (mode === "down") throw new Error("down");
          const answers = await store.lookup(questions);
          if (mode === "up") return answers;
          const nothing = { checkpoint: 0, events: [], requestKeys: new Map(), taken: new Set<string>() };
          return new Map([...answers].map(([partition]) => [partition, nothing]));
        },
        takeOver: (partition) => store.takeOver(partition),
      });
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.runtime.stop();
      const second = await started(world.process(wrap));
      for (const outage of ["down", "emptied"] as const) {
        mode = outage;
        await expect(second.ask({ type: "open", id: "t1" }, account, undefined, 500)).rejects.toMatchObject({ code: "not_decided" });
      }
      mode = "up";
      expect(await second.ask({ type: "open", id: "t1" }, account)).toMatchObject({ reason: "exists" });
      expect(world.truth()).toHaveLength(2); // what was too late was not decided behind the caller's back
    }));

  it("parks what cannot be read and goes on behind it", () =>
    inWorld(async (world) => {
      const p = await started(world.process());
      const partition = partitionOfAccount(account);
      await p.log.append("commands", new Map([[partition, [{ key: "bad", value: Buffer.from("{"), headers: { ce_id: "x" } }]]]));
      expect(await p.ask({ type: "open", id: "t1" }, account)).toMatchObject({ type: "opened" });
      expect(world.broker.records("parked.v1", partition)).toHaveLength(1);
      expect(world.broker.records("parked.v1", partition)[0]!.key).toBe(`commands/${partition}/0`);
    }));

  it("parks an aggregate with an event of an unknown type, and serves the others", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.runtime.stop();
      const encode = first.definition.encodeEvent;
      const newer = world.process();
      Object.assign(newer.definition, { encodeEvent: (event: never) => ({ ...encode(event), type: "test.newer.v9" }), decodeEvent: first.definition.decodeEvent });
      await started(newer);
      await newer.ask({ type: "add", id: "t1", amount: 1 }, account);
      await newer.runtime.stop();
      const third = await started(world.process());
      await expect(third.ask({ type: "add", id: "t1", amount: 1 }, account, undefined, 300)).rejects.toMatchObject({ code: "not_decided" });
      expect(await third.ask({ type: "open", id: "t2" }, account)).toMatchObject({ type: "opened" });
    }));

  it("leaves a command without a deadline, for an aggregate that it cannot read, to the next owner that can", () =>
    inWorld(async (world) => {
      const first = await started(world.process());
      await first.ask({ type: "open", id: "t1" }, account);
      await first.runtime.stop();
      const encode = first.definition.encodeEvent;
      const newer = async (): Promise<TallyProcess> => {
        const process = world.process();
        const type = (event: never): string => ((event as { type: string }).type === "added" ? "test.newer.v9" : encode(event).type);
        Object.assign(process.definition, { encodeEvent: (event: never) => ({ ...encode(event), type: type(event) }), decodeEvent: (_type: string, value: Uint8Array) => eventOf({ value }) });
        return started(process);
      };
      const before = await newer();
      await before.ask({ type: "add", id: "t1", amount: 1 }, account);
      await before.runtime.stop();
      const older = await started(world.process());
      await older.send({ type: "add", id: "t1", amount: 5 }, account);
      for (const id of ["t2", "t3"]) await older.ask({ type: "open", id }, account); // decided behind it
      await older.runtime.stop();
      const after = await newer();
      expect(await after.ask({ type: "add", id: "t1", amount: 10 }, account)).toMatchObject({ total: 16 });
      expect(world.truth().map(eventOf)).toMatchObject([{ id: "t1" }, { total: 1 }, { id: "t2" }, { id: "t3" }, { total: 6 }, { total: 16 }]);
    }));

  it("leaves the partition to the younger take-over when an overtaken one ends late", () =>
    inWorld(async (world) => {
      const p = await started(world.process());
      const partition = partitionOfAccount(account);
      const gone = AbortSignal.abort(new Error("it went elsewhere"));
      await expect(p.runtime.takeOver(partition, gone)).rejects.toThrow("it went elsewhere");
      expect(p.runtime.serving).toContain(partition);
      expect(await p.ask({ type: "open", id: "t1" }, account)).toMatchObject({ type: "opened" });
    }));

  it("refuses to own anything with a clock that is off", async () => {
    const world = new TallyWorld(1);
    const p = await world.run(started(world.process()));
    p.clock.offMs = 10_000;
    await world.run(p.send({ type: "open", id: "t1" }, account));
    await world.time.run(() => world.fatal.length > 0, 5_000);
    expect(world.fatal).toMatchObject([{ code: "clock_off" }]);
  });

  it("begins only when the broker agrees with its clock", async () => {
    const world = new TallyWorld(1);
    const p = world.process();
    p.clock.offMs = 3_600_000;
    const starting = p.start();
    await world.time.run(() => false, 20_000);
    expect(p.runtime.serving).toEqual([]);
    p.clock.offMs = 0;
    await world.run(starting.then(() => p.serving()));
    expect(await world.run(p.ask({ type: "open", id: "t1" }, account))).toMatchObject({ type: "opened" });
    expect(world.fatal).toEqual([]);
  });

  it("records nothing by a clock that was stepped", async () => {
    const world = new TallyWorld(1);
    const p = await world.run(started(world.process()));
    await world.run(p.ask({ type: "open", id: "t1" }, account));
    p.clock.offMs = 3_600_000;
    await world.run(p.send({ type: "open", id: "t2" }, account));
    await world.time.run(() => false, 5_000);
    expect(world.fatal[0]).toMatchObject({ code: "clock_off" });
    expect(world.truth().filter(({ envelope }) => envelope.subject === "t2")).toEqual([]);
  });
});
