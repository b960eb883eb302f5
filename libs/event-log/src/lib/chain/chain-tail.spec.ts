import { describe, expect, it } from "@jest/globals";
import { LogUnavailableError } from "@malipo/ports";
import { CountingMetrics, SeededRandom, SimulatedBroker, SimulatedClock, SimulatedEventLog, SimulatedScheduler, SimulatedTime, silentLogger } from "../simulated/index.js";
import { ChainTail } from "./chain-tail.js";

describe("the tail of a chained topic", () => {
  it("can be started again when the log did not answer", async () => {
    const random = new SeededRandom(1);
    const time = new SimulatedTime(random);
    const broker = new SimulatedBroker(time, random, { truth: { partitions: 1 } });
    const scheduler = new SimulatedScheduler(time);
    const onFatal = (error: unknown): void => expect(error).toBeUndefined();
    const log = new SimulatedEventLog({ broker, scheduler, logger: silentLogger, onFatal });
    const begin = log.tail.bind(log);
    let isDown = true;
    log.tail = (...wanted) => (isDown ? Promise.reject(new LogUnavailableError("down")) : begin(...wanted));
    const ports = { log, scheduler, clock: new SimulatedClock(time), logger: silentLogger, metrics: new CountingMetrics(), onFatal };
    const tail = new ChainTail({ ...ports, topic: "truth", partitions: 1 });
    await expect(time.settle(tail.start())).rejects.toThrow("down");
    isDown = false;
    await time.settle(tail.start());
    await expect(time.settle(tail.start())).rejects.toThrow("started before");
  });
});
