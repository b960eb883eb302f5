import type { Scheduler } from "@malipo/ports";

export type Remote = Readonly<{
  scheduler: Scheduler;
  latencyMs: () => number;
  /** What goes wrong with this call: it never arrives, or its answer is lost. */
  fault: (method: string) => "none" | "down" | "answer_lost";
}>;

/**
 * A store shared by all processes, as one of them reaches it: each call takes its way there and back on the caller's own
 * time, so that a crash or a pause falls between asking, doing, and hearing of it.
 */
export const remote = <Store extends object>(store: Store, way: Remote): Store =>
  new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value === "object" && value !== null) return remote(value, way);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => call(() => Reflect.apply(value, target, args) as unknown, String(name), way);
    },
  });

const call = async (run: () => unknown, method: string, { scheduler, latencyMs, fault }: Remote): Promise<unknown> => {
  await scheduler.sleep(latencyMs());
  const trouble = fault(method);
  if (trouble === "down") throw new Error("the simulated database does not answer");
  try {
    const result = await run();
    await scheduler.sleep(latencyMs());
    if (trouble === "answer_lost") throw new Error("the simulated database's answer is lost");
    return result;
  } catch (error) {
    await scheduler.sleep(latencyMs());
    throw error;
  }
};
