import { createLogger } from "@malipo/runtime";
import { startAuthToken } from "./start-auth-token.js";

const die = (error: unknown): void => {
  createLogger("auth-token", process.env["INSTANCE"] ?? `auth-token-${process.pid}`).error({ error }, "the service cannot go on");
  process.exit(1);
};

process.on("unhandledRejection", die);
await startAuthToken(process.env, die).catch(die);
