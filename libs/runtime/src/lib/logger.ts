import type { Logger } from "@malipo/ports";
import { pino } from "pino";
import { withoutSecrets } from "./log-redaction.js";
import { toldError } from "./told-error.js";

const flushMs = 100;
const bufferedBytes = 4_096;

/**
 * JSON lines on standard output: time, level, service, instance, message, and the fields given. `LOG_LEVEL` sets the level.
 * Lines are written together, after 100 ms at the latest and when the process exits: a write for each would cost more than
 * the line. Only `kill -9` loses the last of them, and no fact is told by a log alone.
 */
export const createLogger = (service: string, instance: string, level = process.env["LOG_LEVEL"] ?? "info"): Logger =>
  pino(
    {
      level,
      base: { service, instance },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecrets(fields, "error") as Record<string, unknown> },
      serializers: { error: (error: unknown) => toldError(error) },
    },
    pino.destination({ dest: 1, sync: false, minLength: bufferedBytes, periodicFlush: flushMs }),
  );

/** For specs: nothing is written. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
