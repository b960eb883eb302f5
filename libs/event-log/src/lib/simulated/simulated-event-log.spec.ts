import { eventLogConformance } from "../conformance/event-log.conformance.js";
import { SeededRandom, SimulatedBroker, SimulatedEventLog, SimulatedScheduler, SimulatedTime, silentLogger } from "./index.js";

eventLogConformance("simulated", () => {
  const random = new SeededRandom(1);
  const time = new SimulatedTime(random.fork());
  const broker = new SimulatedBroker(time, random.fork(), { topic: { partitions: 12 } });
  const own = new SimulatedScheduler(time);
  const fatal = (error: unknown): void => {
    throw error as Error;
  };
  const client = () => new SimulatedEventLog({ broker, scheduler: new SimulatedScheduler(time), logger: silentLogger, onFatal: fatal });
  return Promise.resolve({
    client,
    topic: "topic",
    group: "group",
    run: (body: () => Promise<void>) => time.settle(body()),
    sleep: (ms: number) => own.sleep(ms),
    unreachable: () => {
      broker.reachable = false;
      return client();
    },
    close: () => Promise.resolve(),
  });
});
