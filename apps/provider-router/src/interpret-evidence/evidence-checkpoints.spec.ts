import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@malipo/runtime";
import { VirtualTime, settle } from "../testing/virtual-time.js";
import { MemoryRouterStore } from "../track-payments/memory-router-store.js";
import { EvidenceCheckpoints } from "./evidence-checkpoints.js";

const setUp = () => {
  const time = new VirtualTime();
  const rows = new MemoryRouterStore();
  const saves: ReadonlyMap<number, number>[] = [];
  const world = { isDown: false };
  const store = Object.assign(rows, {
    saveEvidenceOffsets: (offsets: ReadonlyMap<number, number>) => {
      if (world.isDown) return Promise.reject(new Error("down"));
      saves.push(offsets);
      return Promise.resolve();
    },
  });
  return { time, world, saves, checkpoints: new EvidenceCheckpoints({ store, scheduler: time, logger: silentLogger }) };
};

describe("checkpoints of evidence", () => {
  it("go in one statement for all that was finished in a tenth of a second", async () => {
    const { time, saves, checkpoints } = setUp();
    for (let next = 1; next <= 50; next += 1) expect(checkpoints.done(next % 3, next)).toBeUndefined();
    await time.advance(100);
    expect(saves).toEqual([new Map([[0, 48], [1, 49], [2, 50]])]);
  });

  it("hold back the reading while they cannot be written, and lose nothing", async () => {
    const { time, world, saves, checkpoints } = setUp();
    world.isDown = true;
    void checkpoints.done(1, 7);
    await time.advance(150);
    let isFree = false;
    void checkpoints.done(2, 9)!.then(() => (isFree = true));
    await time.advance(1_000);
    expect(isFree).toBe(false);
    world.isDown = false;
    await time.advance(5_000);
    expect(isFree).toBe(true);
    expect(new Map(saves.flatMap((offsets) => [...offsets]))).toEqual(new Map([[1, 7], [2, 9]]));
  });

  it("are written at the stop", async () => {
    const { time, saves, checkpoints } = setUp();
    void checkpoints.done(4, 2);
    const stopped = checkpoints.stop();
    await settle();
    await stopped;
    await time.advance(1_000);
    expect(saves).toEqual([new Map([[4, 2]])]);
  });
});
