import { join } from "node:path";
import { fastify, type FastifyInstance } from "fastify";
import { CallbackSender } from "./callbacks/callback-sender.js";
import { Schedule } from "./clock/schedule.js";
import { VirtualClock } from "./clock/virtual-clock.js";
import type { SandboxConfig } from "./config.js";
import { healthRoutes, Metrics } from "./control/health.js";
import { controlRoutes } from "./control/routes.js";
import { Gate } from "./http/gate.js";
import { Book } from "./ledger/book.js";
import { Journal } from "./ledger/journal.js";
import type { JournalRecord } from "./ledger/records.js";
import { Operations } from "./operations/operations.js";
import { darajaCallbacks } from "./providers/daraja/callbacks.js";
import { darajaRoutes } from "./providers/daraja/routes.js";
import { darajaStatement } from "./providers/daraja/statement.js";
import { pawapayCallbacks } from "./providers/pawapay/callbacks.js";
import { pawapayRoutes } from "./providers/pawapay/routes.js";
import { pawapayStatement } from "./providers/pawapay/statement.js";
import { drawBetween } from "./system/draw.js";

export interface Sandbox {
  readonly ports: Readonly<{ control: number; pawapay: number; daraja: number }>;
  close(): Promise<void>;
}

const bodyBytesMax = 64 * 1024;

/** The whole sandbox, listening. `onFault` hears of what it cannot go on after: a journal that no longer writes. */
export const startSandbox = async (config: SandboxConfig, onFault: (fault: unknown) => void): Promise<Sandbox> => {
  let control: FastifyInstance | undefined;
  const controlGate = new Gate(
    (request, response) => (control ? control.routing(request, response) : response.writeHead(503).end()),
    config.host,
    config.port,
  );
  // Taken before the journal is opened, so that a second sandbox started by mistake on the same data ends here.
  await controlGate.turnTo("open");
  try {
    const running = await assemble(config, onFault);
    control = running.control;
    await Promise.all(Object.values(running.gates).map((gate) => gate.turnTo("open")));
    running.begin();
    return {
      ports: { control: controlGate.port, pawapay: running.gates.pawapay.port, daraja: running.gates.daraja.port },
      close: async () => {
        await Promise.all([controlGate, ...Object.values(running.gates)].map((gate) => gate.turnTo("refuse")));
        await running.end();
      },
    };
  } catch (fault) {
    await controlGate.turnTo("refuse");
    throw fault;
  }
};

const assemble = async (config: SandboxConfig, onFault: (fault: unknown) => void) => {
  const clock = new VirtualClock();
  const book = new Book(clock);
  const journalPath = join(config.dataDir, "journal.jsonl");
  const journal = await Journal.open<JournalRecord>(journalPath, (record) => book.apply(record), onFault);
  const schedule = new Schedule(clock, onFault);
  const metrics = new Metrics(book);

  const styles = { pawapay: pawapayCallbacks(config.pawapay.callbackUrls), daraja: darajaCallbacks };
  const callbacks = new CallbackSender(styles, clock, schedule, (provider, answered) =>
    metrics.callbacks.inc({ provider, answered: String(answered) }),
  );
  const drawLatencyMs = () => drawBetween(config.latencyMs.low, config.latencyMs.high);
  const operations = new Operations(book, journal, clock, schedule, callbacks, drawLatencyMs);

  const routes = {
    pawapay: pawapayRoutes({ ...config.pawapay, operations, book, clock }),
    daraja: darajaRoutes({ ...config.daraja, operations, clock }),
  };
  const apps = { control: newApp(), pawapay: newApp(), daraja: newApp() };
  const gateOf = (app: FastifyInstance, port: number) => new Gate((...args) => app.routing(...args), config.host, port);
  const gates = { pawapay: gateOf(apps.pawapay, config.pawapay.port), daraja: gateOf(apps.daraja, config.daraja.port) };
  const statements = { pawapay: pawapayStatement, daraja: darajaStatement };

  let running = false;
  await apps.control.register(healthRoutes(metrics, () => running));
  await apps.control.register(controlRoutes({ book, journal, clock, schedule, gates, statements }));
  await apps.control.register(routes.pawapay, { prefix: "/pawapay" });
  await apps.control.register(routes.daraja, { prefix: "/daraja" });
  await apps.pawapay.register(routes.pawapay);
  await apps.daraja.register(routes.daraja);
  for (const provider of ["pawapay", "daraja"] as const) apps[provider].addHook("onRequest", async () => metrics.requests.inc({ provider }));
  await Promise.all(Object.values(apps).map((app) => app.ready()));

  return {
    control: apps.control,
    gates,
    begin: () => {
      operations.resume();
      schedule.start();
      running = true;
    },
    end: async () => {
      running = false;
      schedule.stop();
      await callbacks.close();
      await journal.close();
      await Promise.all(Object.values(apps).map((app) => app.close()));
    },
  };
};

const newApp = (): FastifyInstance => {
  const app = fastify({ bodyLimit: bodyBytesMax, logger: { level: "error" } });
  // Clients send the type on requests without a body too; what needs a body finds that it is missing.
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    if (text === "") return done(null, undefined);
    try {
      done(null, JSON.parse(text as string));
    } catch {
      done(Object.assign(new Error("the body is not JSON"), { statusCode: 400 }));
    }
  });
  return app;
};
