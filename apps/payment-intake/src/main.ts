import { startIntake } from "./start-intake.js";

try {
  await startIntake(process.env);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
