import { connect as connectPlain } from "node:net";
import { Kafka, type ISocketFactory, logLevel, type logCreator } from "kafkajs";
import { cureHalfConnected } from "./connect-cure.js";
import type { KafkaEventLogOptions } from "./kafka-config.js";
import { cureEndlessTimer } from "./timer-cure.js";

/**
 * Makes kafkajs clients that tell nobody but us about new connections. kafkajs reconnects without a word; every socket that
 * is made raises the generation, and what was acknowledged across one is not trusted.
 */
export class KafkaClients {
  generation = 0;
  readonly #log: logCreator;

  constructor(private readonly options: KafkaEventLogOptions) {
    cureEndlessTimer();
    cureHalfConnected();
    // kafkajs reports as errors what it retries itself; what matters reaches us as a rejection or a crash event.
    this.#log = () => ({ namespace, log }) => options.logger.debug({ namespace, ...redacted(log) }, `kafkajs: ${log.message}`);
  }

  create(requestTimeoutMs: number): Kafka {
    return new Kafka({
      clientId: this.options.clientId,
      brokers: [...this.options.brokers],
      connectionTimeout: 2_000,
      requestTimeout: requestTimeoutMs,
      retry: { retries: 0, initialRetryTime: 50, maxRetryTime: 500 },
      logLevel: logLevel.WARN,
      logCreator: this.#log,
      socketFactory: this.#socketFactory,
    });
  }

  readonly #socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connectPlain({ host, port, noDelay: true }, () => {
      this.generation += 1;
      onConnect();
    });
    // Given up while it still connects, a socket collects a listener for each attempt; kafkajs lets it go soon after.
    return socket.setKeepAlive(true, 60_000).setMaxListeners(100);
  };
}

const redacted = ({ message: _message, timestamp: _timestamp, ...fields }: { message: string; timestamp: string }): object => fields;
