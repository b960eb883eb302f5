import { describe, expect, it } from "@jest/globals";
import { CallbackWorld } from "../testing/callback-world.js";
import { EVENTS } from "./callback-of-event.js";
import type { EventsBatch } from "./callback-store.js";
import { InMemoryCallbackStore } from "./in-memory-callback-store.js";

describe("rows that two instances keep", () => {
  it("tell both of them of a payment's callbacks, whoever came first", async () => {
    const world = new CallbackWorld();
    const callback = world.happens("p1");
    const { partition } = world;
    const batch: EventsBatch = {
      from: 0,
      after: { topic: EVENTS, partition, offset: 1, seq: 1, head: new Uint8Array(32) },
      owed: [{ offset: 0, callback }],
      unread: [],
    };
    const store = new InMemoryCallbackStore();
    const first = await store.apply([batch], []);
    const second = await store.apply([batch], []);
    expect(first.waiting.get(callback.paymentId)).toEqual([callback]);
    expect(second).toEqual(first);
  });
});
