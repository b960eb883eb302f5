import type { SimulatedTime } from "@malipo/event-log/simulated";
import type { Logger } from "@malipo/ports";

/** Tells what a process logs, with the time of the world. */
export const tracer = (name: string, time: SimulatedTime, trace: (line: string) => void): Logger => {
  const write = (level: string) => (fields: object, message: string) => {
    const told = Object.entries(fields).map(([key, value]) => `${key}=${value instanceof Error ? `${value.message}` : JSON.stringify(value, noBigints)}`);
    trace(`${time.nowMs.toFixed(1).padStart(9)} ${level} ${name}: ${message} ${told.join(" ")}`);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
};

const noBigints = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
