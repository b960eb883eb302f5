import { createLogger } from "@malipo/runtime";
import { startRouter } from "./start-router.js";

const die = (error: unknown): void => {
  createLogger("provider-router", process.env["INSTANCE"] ?? `provider-router-${process.pid}`).error({ error }, "the service cannot go on");
  process.exit(1);
};

process.on("unhandledRejection", die);
await startRouter(process.env).catch(die);
