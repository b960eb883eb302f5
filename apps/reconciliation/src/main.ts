import { startReconciliation } from "./start-reconciliation.js";

try {
  await startReconciliation(process.env);
} catch (error) {
  console.error(error);
  process.exit(1);
}
