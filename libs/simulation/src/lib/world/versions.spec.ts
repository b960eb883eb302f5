import { describe, expect, it } from "@jest/globals";
import { paymentEventCodec } from "@malipo/event-contracts";
import { anyCommands, eventsOf, play } from "@malipo/payment-lifecycle/testing";
import fc from "fast-check";
import { recordsOf } from "./journals-of-world.js";
import { luckOf } from "./luck.js";
import { Versions } from "./versions.js";
import { World } from "./world.js";

describe("the next version", () => {
  it("reads what both have written; the present one does not know the new types", () =>
    fc.assert(
      fc.property(anyCommands, fc.nat(), (commands, seed) => {
        const versions = new Versions(luckOf(seed, "next version"));
        versions.install("a", "next");
        const [next, present] = [versions.codecOf("a"), versions.codecOf("b")];
        expect(present).toBe(paymentEventCodec);
        for (const event of eventsOf(play(commands))) {
          const [old, renewed] = [present.encode(event), next.encode(event)];
          const [first, second] = [old, renewed].map(({ type, value }) => next.decode(type, JSON.parse(JSON.stringify(value))));
          expect(second).toEqual(first);
          if (versions.renamed.has(renewed.type)) expect(() => present.decode(renewed.type, renewed.value)).toThrow("unknown type");
          else expect(renewed).toEqual(old);
        }
      }),
      { numRuns: 100 },
    ));

  it("is what everybody runs in the end, and both have written", async () => {
    const only = ["two_versions"] as const;
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = new World({ seed, faults: { only } });
      if (world.faults.rate("two_versions") < 0.5) continue;
      await world.begin();
      await world.chaos(luckOf(seed, "customers"));
      world.heal(0);
      await world.time.run(() => false, 10_000);
      const types = new Set(recordsOf(world, "payments.events.v1").map(({ headers }) => String(headers["ce_type"])));
      const both = [...world.versions.renamed].some(([next, present]) => types.has(next) && types.has(present));
      if (!both) continue;
      expect(world.processes.map(({ name }) => world.versions.of(name))).toEqual(world.processes.map(() => "next"));
      expect(world.processes.every(({ boots, isRunning }) => boots > 1 && isRunning)).toBe(true);
      return;
    }
    throw new Error("no world had both");
  }, 60_000);
});
