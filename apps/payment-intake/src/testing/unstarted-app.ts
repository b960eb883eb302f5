import type { Admission, HttpApp } from "@malipo/http-api";
import { type EventLog, type Logger, LogUnavailableError } from "@malipo/ports";
import { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { noMetrics, silentLogger, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { Pepper } from "@malipo/security";
import { IntakeCore } from "../intake-core.js";
import { OneKeyVault } from "./plain-vault.js";
import { channels, createTestApp } from "./test-app.js";

const down = () => Promise.reject(new LogUnavailableError("no broker in this spec"));

/** Nothing that is refused at the door may get as far as this. */
const noLog: EventLog = { generation: 0, append: () => Promise.reject(new TypeError("a request reached the log")), tail: down, consumeOwned: down, own: down, ends: down, read: down };

/** The service's HTTP application without a log behind it: for what is decided at the door. */
export const createUnstartedApp = (logger: Logger = silentLogger, admission?: Admission): Promise<HttpApp> => {
  const database = new MemoryPaymentsDatabase();
  const core = new IntakeCore(
    {
      log: noLog, database, vault: new OneKeyVault(), pepper: new Pepper(systemRandom.bytes(32)), directory: channels, logger,
      clock: systemClock, scheduler: systemScheduler, random: systemRandom, metrics: noMetrics, onFatal: (error) => logger.error({ error }, "fatal"),
    },
    { expiresAfterMs: 60_000, resolveAfterMs: 30_000, decideBeforeMs: 10_000 },
    new Set(["api"]),
  );
  return createTestApp({ core, database, logger, ...(admission !== undefined && { admission }) });
};
