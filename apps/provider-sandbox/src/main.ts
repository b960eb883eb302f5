import { readConfig } from "./config.js";
import { startSandbox } from "./sandbox.js";

const stopWithinMs = 2_500;

const fail = (fault: unknown): never => {
  const err = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  console.error(JSON.stringify({ level: "fatal", msg: "provider sandbox stops", err }));
  process.exit(1);
};

const run = async (): Promise<void> => {
  const sandbox = await startSandbox(readConfig(process.env), fail);
  console.log(JSON.stringify({ level: "info", msg: "provider sandbox listening", ports: sandbox.ports }));

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // What was told is on the disk already: cutting a slow stop short loses nothing.
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    sandbox.close().then(() => process.exit(0), fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
};

run().catch(fail);
