import { startAuthToken } from "./start-auth-token.js";

const die = (error: unknown): void => {
  console.error(error);
  process.exit(1);
};

process.on("unhandledRejection", die);
await startAuthToken(process.env, die).catch(die);
