import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";
import { openLoop } from "../load/open-loop.js";
import { processorSeconds } from "../measure/processor-time.js";

const warmUpSeconds = 2;

const body = (index: number): string =>
  JSON.stringify({
    payment_method: "mobile_money",
    amount: "10.00",
    currency: "USD",
    reference: `control-${index}`,
    walletID: "243812345789",
    callback_url: "http://127.0.0.1:8080/callbacks",
    description: "control",
    customer: "none",
  });

/** Processor microseconds that a bare Fastify POST costs its server, under the same generator on the same machine. */
export const probeControl = async (ratePerSecond = 1_000, seconds = 4): Promise<number> => {
  const main = fileURLToPath(new URL("./control-server.main.js", import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const pool = await once(createInterface({ input: child.stdout }), "line").then(
    ([port]: string[]) => new Pool(`http://127.0.0.1:${port}`, { connections: 16, pipelining: 1 }),
  );
  const send = async (index: number): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const answer = await pool.request({ path: "/", method: "POST", headers, body: body(index) });
    await answer.body.dump();
    if (answer.statusCode !== 201) throw new Error(`the control answered ${answer.statusCode}`);
  };
  try {
    await openLoop({ ratePerSecond, seconds: warmUpSeconds, outstandingMax: 1_000, send });
    const before = processorSeconds(child.pid!);
    const { intended } = await openLoop({ ratePerSecond, seconds, outstandingMax: 1_000, send });
    return ((processorSeconds(child.pid!) - before) * 1e6) / intended;
  } finally {
    await pool.close();
    child.kill("SIGTERM");
    await ended;
  }
};
