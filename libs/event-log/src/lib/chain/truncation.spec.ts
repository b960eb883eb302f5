import { describe, expect, it } from "@jest/globals";
import type { OutgoingRecord } from "@malipo/ports";
import { CountingMetrics, SeededRandom, silentLogger, SimulatedBroker, SimulatedClock, SimulatedEventLog, SimulatedScheduler, SimulatedTime } from "../simulated/index.js";
import { ChainReader, genesisPosition, link } from "./chain-reader.js";
import type { ChainPosition } from "./chain-record.js";
import { ChainTail } from "./chain-tail.js";
import { ChainWriter } from "./chain-writer.js";

const topic = "truth";
const draft = (name: string): OutgoingRecord => ({ key: name, value: Buffer.from(name), headers: { ce_id: name } });

class World {
  readonly time = new SimulatedTime(new SeededRandom(1));
  readonly broker = new SimulatedBroker(this.time, new SeededRandom(2), { [topic]: { partitions: 1 } });
  readonly scheduler = new SimulatedScheduler(this.time);
  readonly fatal: unknown[] = [];
  readonly log = new SimulatedEventLog({ broker: this.broker, scheduler: this.scheduler, logger: silentLogger, onFatal: () => undefined });

  tail(): ChainTail {
    const { log, time, scheduler } = this;
    const shared = { log, topic, partitions: 1, scheduler, logger: silentLogger, metrics: new CountingMetrics() };
    return new ChainTail({ ...shared, clock: new SimulatedClock(time), onFatal: (error) => void this.fatal.push(error) });
  }

  writer(tail: ChainTail): ChainWriter {
    return new ChainWriter({ log: this.log, tail, scheduler: this.scheduler, logger: silentLogger, metrics: new CountingMetrics() });
  }

  /** Appends by a writer that knows the chain: `v` valid, `x` void. Returns the position after each record. */
  fill(pattern: string, author: string): ChainPosition[] {
    const reader = new ChainReader(genesisPosition(topic, 0, 1));
    for (const stored of this.broker.records(topic, 0)) reader.accept(stored);
    return [...pattern].map((kind, index) => {
      const known = kind === "v" ? reader.position : genesisPosition(topic, 0, 2);
      this.broker.store(topic, new Map([[0, link(topic, 0, known, [draft(`${author}${reader.position.offset}-${index}`)])]]));
      reader.accept(this.broker.records(topic, 0).at(-1)!);
      return reader.position;
    });
  }

  starts(from: ChainPosition): Promise<string> {
    const tail = this.tail();
    const started = tail.start(new Map([[0, from]])).then(
      () => "started",
      (error: { code?: string }) => error.code ?? "failed",
    );
    return this.time.settle(started);
  }
}

const patterns = ["v", "vv", "vx", "xv", "vvx", "vxv", "vxx", "xxv", "vxvx", "vvxvv", "xx"];
const cut = { code: "log_truncated" };

describe("a process with a checkpoint", () => {
  it.each(patterns)("starts at every position of a log that is as it was (%s)", async (pattern) => {
    const world = new World();
    const positions = world.fill(pattern, "a");
    for (const position of [genesisPosition(topic, 0, 1), ...positions]) expect(await world.starts(position)).toBe("started");
  });

  it.each(patterns)("refuses a log that was cut anywhere, and refilled with anything valid (%s)", async (pattern) => {
    for (let from = 0; from < pattern.length; from += 1) {
      for (const refill of ["", "v", "vv", "vvvvvv", "xv", "xxxxxxv"]) {
        const world = new World();
        const position = world.fill(pattern, "a").at(-1)!;
        world.broker.cutTail(topic, 0, from);
        world.fill(refill, "b");
        const shorter = world.broker.records(topic, 0).length < position.offset;
        const lostValid = pattern.slice(from).includes("v");
        // Only void records were lost: the chain is the same, unless a valid one now stands where they were.
        const unseen = !lostValid && refill.slice(0, pattern.length - from).includes("v");
        const expected = shorter || lostValid || unseen ? "log_truncated" : "started";
        expect({ from, refill, outcome: await world.starts(position) }).toEqual({ from, refill, outcome: expected });
      }
    }
  });

  it("refuses the checkpoint of another partition or topic", async () => {
    const world = new World();
    world.fill("vv", "a");
    expect(await world.starts({ offset: 2, seq: 2, head: genesisPosition("other", 0, 1).head })).toBe("log_truncated");
  });
});

describe("a running process", () => {
  const running = async (): Promise<{ world: World; tail: ChainTail }> => {
    const world = new World();
    world.fill("vvv", "a");
    const tail = world.tail();
    await world.time.settle(tail.start());
    await world.time.settle(tail.whenReached(0, 3));
    return { world, tail };
  };

  it.each(["", "v", "vv", "vvv"])("stops within seconds after a reconnect to a log that was cut and refilled (%s)", async (refill) => {
    const { world } = await running();
    world.broker.cutTail(topic, 0, 1);
    world.fill(refill, "b");
    await world.time.run(() => world.fatal.length > 0, 3_000);
    expect(world.fatal).toMatchObject([cut]);
  });

  it("goes on after a reconnect to the same log", async () => {
    const { world, tail } = await running();
    world.broker.reconnectAll();
    world.fill("v", "a");
    await world.time.settle(tail.whenReached(0, 4));
    expect([world.fatal, tail.position(0).seq]).toEqual([[], 4]);
  });

  it("stops when its own append lands below what it has read, even if no connection was seen to break", async () => {
    const { world, tail } = await running();
    const after = tail.position(0);
    (world.broker.partitions(topic)[0]!.records as unknown[]).splice(1);
    const verdicts = await world.time.settle(world.writer(tail).append(new Map([[0, { after, drafts: [draft("mine")] }]])));
    expect(verdicts.get(0)?.kind).toBe("resync");
    expect(world.fatal).toMatchObject([cut]);
  });

  it("stops at the resync of an unanswered append when the log has become shorter", async () => {
    const { world, tail } = await running();
    world.broker.faults.lostRequest = 1;
    const after = tail.position(0);
    const appending = world.writer(tail).append(new Map([[0, { after, drafts: [draft("mine")] }]]));
    world.time.at(world.time.nowMs + 500, () => (world.broker.partitions(topic)[0]!.records as unknown[]).splice(2));
    await world.time.settle(appending);
    await world.time.run(() => world.fatal.length > 0, 5_000);
    expect(world.fatal).toMatchObject([cut]);
  });

  it("stops when a listener fails, since what it saw has a hole", async () => {
    const { world, tail } = await running();
    tail.subscribe(() => {
      throw new Error("defect");
    });
    world.fill("v", "a");
    await world.time.run(() => world.fatal.length > 0, 1_000);
    expect([world.fatal.length, tail.halted]).toEqual([1, true]);
  });
});
