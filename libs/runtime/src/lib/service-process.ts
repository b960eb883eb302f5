import type { Clock, Logger, Random, Scheduler } from "@malipo/ports";
import { HealthRegistry } from "./health-registry.js";
import { createLogger } from "./logger.js";
import { PrometheusMetrics } from "./prometheus-metrics.js";
import { systemRandom } from "./random.js";
import { type Env, type ServiceEnv, readServiceEnv } from "./service-env.js";
import { systemClock, systemScheduler } from "./time.js";
import { type Tracing, startTracing } from "./tracing.js";

/** What every part of a service is built with. */
export type BasePorts = Readonly<{
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: PrometheusMetrics;
  /** What memory holds is in doubt: the process ends, and starts again from what is on record. */
  onFatal: (error: unknown) => void;
}>;

export type ServiceProcess = Readonly<{ env: ServiceEnv; base: BasePorts; health: HealthRegistry; tracing: Tracing }>;

/**
 * The beginning of every service's composition root. `end` is what a fatal error leads to.
 * @throws ConfigurationError naming the variable that is missing or unreadable.
 */
export const beginProcess = async (
  service: string,
  defaultPort: number,
  processEnv: Env,
  end: (error: unknown) => void = () => process.exit(1),
): Promise<ServiceProcess> => {
  const env = readServiceEnv(processEnv, service, defaultPort);
  const logger = createLogger(service, env.instance);
  const tracing = await startTracing(service, processEnv);
  const onFatal = (error: unknown): void => {
    logger.error({ error }, "the process cannot go on and ends");
    end(error);
  };
  const metrics = new PrometheusMetrics(service);
  const base = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, logger, metrics, onFatal };
  return { env, base, health: new HealthRegistry(), tracing };
};
