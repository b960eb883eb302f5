import type { Logger } from "@malipo/ports";
import { pino } from "pino";

/** Fields that never reach a log, wherever in a logged object they stand (three levels are searched). */
const secretNames = [
  "authorization",
  "password",
  "secret",
  "clientSecret",
  "client_secret",
  "access_token",
  "token",
  "apiKey",
  "walletID",
  "msisdn",
  "phone",
  "phoneNumber",
  "payerAccount",
  "otp",
  "pin",
  "callback_url",
  "callbackUrl",
  "body",
];

const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** JSON lines on standard output: time, level, service, instance, message, and the fields given. `LOG_LEVEL` sets the level. */
export const createLogger = (service: string, instance: string, level = process.env["LOG_LEVEL"] ?? "info"): Logger =>
  pino({
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths, censor: "[redacted]" },
    serializers: { error: pino.stdSerializers.errWithCause },
  });

/** For specs: nothing is written. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
