import { createLogger } from "@malipo/runtime";
import { startDispatcher } from "./start-dispatcher.js";

const die = (error: unknown): void => {
  createLogger("callback-dispatcher", process.env["INSTANCE"] ?? `callback-dispatcher-${process.pid}`).error({ error }, "the service cannot go on");
  process.exit(1);
};

process.on("unhandledRejection", die);
await startDispatcher(process.env, die).catch(die);
