import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Schedule } from "../clock/schedule.js";
import type { VirtualClock } from "../clock/virtual-clock.js";
import type { Gate } from "../http/gate.js";
import type { Book, Movement } from "../ledger/book.js";
import type { Journal } from "../ledger/journal.js";
import type { JournalRecord, ProviderName } from "../ledger/records.js";
import { Misorder, readAdvance, readDate, readListener, readProvider, readScenario } from "./read-order.js";

export type ControlParts = Readonly<{
  book: Book;
  journal: Journal;
  clock: VirtualClock;
  schedule: Schedule;
  gates: Readonly<Record<ProviderName, Gate>>;
  statements: Readonly<Record<ProviderName, (movements: readonly Movement[], date: string) => Iterable<string>>>;
}>;

/** What tests and people order of the sandbox, and what it tells them of what really happened. */
export const controlRoutes = (parts: ControlParts) => async (app: FastifyInstance): Promise<void> => {
  const { book, journal, clock, schedule, gates } = parts;
  const record = async (told: JournalRecord): Promise<void> => {
    await journal.append(told);
    book.apply(told);
  };
  app.setErrorHandler((fault: Error & { statusCode?: number }, _request, reply) => {
    const statusCode = fault instanceof Misorder ? 400 : (fault.statusCode ?? 500);
    if (statusCode >= 500) reply.log.error({ err: fault }, "control request failed");
    return reply.code(statusCode).send({ message: fault.message });
  });

  app.get<{ Querystring: { payer?: string; paymentId?: string } }>("/_sandbox/ledger", async ({ query }) => ({
    entries: book.entries({ payer: query.payer?.replace(/^[+ ]/, ""), paymentId: query.paymentId }),
  }));

  app.get<{ Params: { provider: string }; Querystring: { date?: string } }>(
    "/_sandbox/statements/:provider",
    async ({ params, query }, reply) => {
      const provider = readProvider(params.provider);
      const lines = parts.statements[provider](book.movements, readDate(query.date));
      return reply.type("text/csv; charset=utf-8").send(Readable.from(inPieces(lines)));
    },
  );

  app.get("/_sandbox/scenarios", async () => ({ scenarios: book.scenarios.list() }));
  app.post("/_sandbox/scenarios", async ({ body }, reply) => {
    const scenario = { scenarioId: randomUUID(), ...readScenario(body) };
    await record({ type: "scenario_set", scenario });
    return reply.code(201).send(scenario);
  });
  app.delete("/_sandbox/scenarios", async (_request, reply) => {
    await record({ type: "scenarios_cleared" });
    return reply.code(204).send();
  });

  const time = () => ({ now: new Date(clock.now()).toISOString(), aheadSeconds: clock.runAheadMs / 1_000 });
  app.get("/_sandbox/clock", async () => time());
  app.post("/_sandbox/clock", async ({ body }) => {
    await record({ type: "clock_run_ahead", totalMs: clock.runAheadMs + readAdvance(body) * 1_000 });
    await schedule.runDue();
    return time();
  });

  const listeners = () =>
    Object.fromEntries(Object.entries(gates).map(([name, { state, port }]) => [name, { state, port }]));
  app.get("/_sandbox/listeners", async () => listeners());
  app.post("/_sandbox/listeners", async ({ body }) => {
    const { provider, state } = readListener(body);
    await gates[provider].turnTo(state);
    return listeners();
  });
};

/** Lines joined to pieces of some kilobytes: a stream of single lines costs more than the lines. */
function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += line;
    if (piece.length > 32_768) {
      yield piece;
      piece = "";
    }
  }
  if (piece) yield piece;
}
