import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { assertPortFree, loopback } from "../net/ports.js";
import { stopLeftover } from "../processes/pid-file.js";
import { startServerProcess, tailOfLog } from "../processes/server-process.js";
import { gracefulSteps } from "../processes/stop-process.js";
import { waitUntil } from "../processes/wait-until.js";
import { brokerProperties, type BrokerListener } from "./broker-config.js";
import { answersMetadata, coordinatesGroups } from "./broker-ready.js";
import { kafkaJars } from "./fetch-jars.js";
import { findJava } from "./java.js";

const run = promisify(execFile);

export interface StartKafkaOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Ways in besides the usual one. */
  readonly listeners?: readonly BrokerListener[] | undefined;
  readonly cacheDir: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly logFile?: string;
  /** `short` trades throughput for a faster start: for tests. */
  readonly life?: "long" | "short";
  readonly onProgress?: (message: string) => void;
  /** Gives up a start that is under way, and leaves nothing running. */
  readonly signal?: AbortSignal | undefined;
}

export interface KafkaServer {
  readonly brokers: string;
  /** Undefined when KAFKA_BROKERS named a Kafka that is not ours. */
  readonly pid: number | undefined;
  readonly exited?: Promise<string>;
  stop(): Promise<void>;
}

const stopSteps = gracefulSteps(4_000);

const given = async (brokers: string, signal?: AbortSignal): Promise<KafkaServer> => {
  await waitUntil(async () => ((await answersMetadata(brokers.split(","))) ? true : undefined), {
    timeoutMs: 15_000,
    everyMs: 500,
    signal,
    what: `Kafka at ${brokers} (from KAFKA_BROKERS) answers`,
  });
  return { brokers, pid: undefined, stop: () => Promise.resolve() };
};

const format = async (java: string, classPath: string, logDir: string, properties: string): Promise<void> => {
  if (existsSync(join(logDir, "meta.properties"))) return;
  const clusterId = randomBytes(16).toString("base64url");
  const tool = ["kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "-c", properties];
  await run(java, ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath, ...tool], { timeout: 60_000 });
};

const explain = (log: string, dataDir: string): string => {
  if (log.includes("Failed to acquire lock")) return `${dataDir} is in use by another Kafka broker`;
  if (/failed to bind/i.test(log)) return "the port was taken by another process during the start";
  return "Kafka ended during its start";
};

/** Apache Kafka in KRaft mode on this machine, or the one that KAFKA_BROKERS names. Ready means that it answers. */
export const startKafka = async (options: StartKafkaOptions): Promise<KafkaServer> => {
  const env = options.env ?? process.env;
  if (env["KAFKA_BROKERS"]) return given(env["KAFKA_BROKERS"], options.signal);

  const java = await findJava(env);
  const onFetch = (): void => options.onProgress?.("fetching Apache Kafka with Maven, once (43 MB)");
  const classPath = (await kafkaJars(options.cacheDir, onFetch, options.signal)).join(delimiter);

  const pidFile = join(options.dataDir, "broker.pid");
  const leftover = await stopLeftover(pidFile, stopSteps);
  if (leftover !== undefined) options.onProgress?.(`stopped a Kafka left over from an earlier start (pid ${leftover})`);
  await assertPortFree("Kafka", options.port, "KAFKA_PORT");
  await assertPortFree("Kafka's controller", options.controllerPort, "KAFKA_CONTROLLER_PORT");

  const logDir = join(options.dataDir, "data");
  const propertiesFile = join(options.dataDir, "server.properties");
  const logFile = options.logFile ?? join(options.dataDir, "broker.log");
  mkdirSync(options.dataDir, { recursive: true });
  const { port, controllerPort, listeners = [] } = options;
  writeFileSync(propertiesFile, brokerProperties({ port, controllerPort, logDir, listeners }));
  await format(java, classPath, logDir, propertiesFile);
  if (existsSync(logFile)) truncateSync(logFile);

  const tuning = options.life === "short" ? ["-XX:TieredStopAtLevel=1"] : [];
  const logging = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";
  const server = await startServerProcess({
    command: java,
    args: ["-Xmx512m", "-XX:+UseSerialGC", ...tuning, logging, "-cp", classPath, "kafka.Kafka", propertiesFile],
    logFile,
    pidFile,
    stopSteps,
  });
  const brokers = `${loopback}:${options.port}`;
  try {
    await waitUntil(
      async () => {
        if (server.hasExited()) {
          const log = tailOfLog(logFile);
          throw new Error(`${explain(log, options.dataDir)} (${await server.exited}):\n${log}`);
        }
        return (await answersMetadata([brokers])) && (await coordinatesGroups(brokers)) ? true : undefined;
      },
      { timeoutMs: 90_000, what: "Kafka answers", signal: options.signal },
    );
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { brokers, pid: server.pid, exited: server.exited, stop: server.stop };
};
