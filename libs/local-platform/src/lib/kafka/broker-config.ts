import { loopback } from "../net/ports.js";

/** One more way in, on this machine, whose clients are told another port than the one that it listens on. */
export interface BrokerListener {
  /** Upper case, digits, and underscores. */
  readonly name: string;
  readonly port: number;
  readonly advertisedPort: number;
}

export interface BrokerConfig {
  readonly port: number;
  readonly controllerPort: number;
  readonly logDir: string;
  /** Where it listens and what it tells clients; both loopback unless it runs in a container. */
  readonly listenHost?: string;
  readonly advertisedHost?: string;
  readonly listeners?: readonly BrokerListener[];
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/** One broker that is its own controller, tuned for one machine. */
const brokerSettings = (config: BrokerConfig): Settings => {
  const { port, controllerPort, logDir, listenHost = loopback, advertisedHost = loopback, listeners = [] } = config;
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@${loopback}:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    listeners: [
      `PLAINTEXT://${listenHost}:${port}`,
      `CONTROLLER://${loopback}:${controllerPort}`,
      ...listeners.map((each) => `${each.name}://${loopback}:${each.port}`),
    ].join(","),
    "advertised.listeners": [
      `PLAINTEXT://${advertisedHost}:${port}`,
      ...listeners.map((each) => `${each.name}://${loopback}:${each.advertisedPort}`),
    ].join(","),
    "listener.security.protocol.map": ["PLAINTEXT", "CONTROLLER", ...listeners.map(({ name }) => name)]
      .map((name) => `${name}:PLAINTEXT`)
      .join(","),
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": logDir,
    "auto.create.topics.enable": false,
    "log.message.timestamp.type": "LogAppendTime",
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    // The defaults wait 3 s for further members at every first join.
    "group.initial.rebalance.delay.ms": 0,
    "group.coordinator.append.linger.ms": 0,
    "group.min.session.timeout.ms": 2000,
    // With the default of 9 s every restart after a kill waits for the dead registration to run out.
    "broker.session.timeout.ms": 1000,
    "broker.heartbeat.interval.ms": 250,
    "num.network.threads": 1,
    "num.io.threads": 2,
    // The default takes 128 MB of the heap at once, for compacted topics that hold a few thousand keys here.
    "log.cleaner.dedupe.buffer.size": 16 << 20,
  };
};

/** As a properties file. */
export const brokerProperties = (config: BrokerConfig): string =>
  Object.entries(brokerSettings(config))
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");

/** As the official image takes them: log.dirs is KAFKA_LOG_DIRS. */
export const brokerEnvironment = (config: BrokerConfig): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(brokerSettings(config)).map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll(".", "_")}`, String(value)]),
  );
