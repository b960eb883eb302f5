import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@malipo/runtime";
import { CallbackWorld } from "../testing/callback-world.js";
import { VirtualTime } from "../testing/virtual-time.js";
import { EVENTS } from "./callback-of-event.js";
import { DeliveryKeeper } from "./delivery-keeper.js";
import { InMemoryCallbackStore } from "./in-memory-callback-store.js";

describe("the keeper of the rows", () => {
  it("takes what comes just as it comes to rest", async () => {
    const world = new CallbackWorld();
    const { partition } = world;
    const callbacks = ["p1", "p2"].map((payment) => world.happens(payment));
    for (let turns = 0; turns < 12; turns += 1) {
      const time = new VirtualTime();
      const keeper = new DeliveryKeeper({ store: new InMemoryCallbackStore(), scheduler: time, logger: silentLogger, onFatal: () => undefined, onApplied: () => applied.resolve() });
      const applied = Promise.withResolvers<void>();
      const take = (index: number) =>
        void keeper.takeEvents({ partition, offset: index + 1, seq: index + 1, head: new Uint8Array(32) }, [{ offset: index, callback: callbacks[index]! }]);
      await keeper.start();
      take(0);
      await applied.promise;
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      take(1);
      await time.settle();
      expect([turns, keeper.appliedOffset(EVENTS, partition)]).toEqual([turns, 2]);
    }
  });
});
