import { createLogger } from "@malipo/runtime";
import { startReconciliation } from "./start-reconciliation.js";

const die = (error: unknown): void => {
  createLogger("reconciliation", process.env["INSTANCE"] ?? `reconciliation-${process.pid}`).error({ error }, "the service cannot go on");
  process.exit(1);
};

process.on("unhandledRejection", die);
await startReconciliation(process.env, die).catch(die);
