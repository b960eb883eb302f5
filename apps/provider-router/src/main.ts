import { startRouter } from "./start-router.js";

try {
  await startRouter(process.env);
} catch (error) {
  console.error(error);
  process.exit(1);
}
