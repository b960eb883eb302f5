import { describe, expect, it } from "@jest/globals";
import { accounts, TallyWorld } from "./tally.conformance.js";

const account = accounts[0]!;

describe("decider_commands_total", () => {
  let resyncs = 0;
  it.each([1, 2, 3, 4, 5])("counts each command in the topic once, however often its tick had to be decided (seed %i)", async (seed) => {
    const world = new TallyWorld(seed);
    const process = world.process();
    const count = 60;
    await world.run(
      (async () => {
        await process.start();
        await process.serving();
        // Acknowledgements get lost: some of these appends took place and some did not.
        Object.assign(world.broker.faults, { lostRequest: 0.3, lostAcknowledgement: 0.3 });
        const asked = Array.from({ length: count }, async (_, n) => {
          await process.scheduler.sleep(n * 20);
          await process.ask({ type: "open", id: `t${n}` }, account, undefined, 60_000);
        });
        await Promise.all(asked);
        // A caller hears of its decision from the log, perhaps before the decider looks at the command again.
        await process.scheduler.sleep(5_000);
      })(),
    );
    expect(world.fatal).toEqual([]);
    const { counts } = process.metrics;
    const total = (name: string): number => [...counts].reduce((sum, [key, value]) => (key.startsWith(name) ? sum + value : sum), 0);
    const sent = Array.from({ length: 12 }, (_, partition) => world.broker.records("commands", partition).length).reduce((a, b) => a + b);
    resyncs += total("log_resyncs_total");
    expect(sent).toBeGreaterThanOrEqual(count); // a command whose send was in doubt is there twice
    expect(total("decider_commands_total")).toBe(sent);
    expect(total("decider_commands_total recorded")).toBeLessThanOrEqual(world.truth().length);
  });

  it("was looked at where ticks were decided again", () => expect(resyncs).toBeGreaterThan(5));
});
