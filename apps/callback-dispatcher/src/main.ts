import { startDispatcher } from "./start-dispatcher.js";

try {
  await startDispatcher(process.env);
} catch (error) {
  console.error(error);
  process.exit(1);
}
