import type { FastifyInstance } from "fastify";
import { Counter, Gauge, Registry } from "prom-client";
import type { Book } from "../ledger/book.js";

export class Metrics {
  readonly registry = new Registry();
  readonly callbacks = new Counter({
    name: "sandbox_callbacks_total",
    help: "Callback tries, by provider and whether they were answered with 200.",
    labelNames: ["provider", "answered"] as const,
    registers: [this.registry],
  });
  readonly requests = new Counter({
    name: "sandbox_requests_total",
    help: "Requests that a provider's own port has had, tokens and queries included.",
    labelNames: ["provider"] as const,
    registers: [this.registry],
  });

  constructor(book: Book) {
    new Gauge({
      name: "sandbox_movements",
      help: "Movements of money in the sandbox's own ledger.",
      registers: [this.registry],
      collect() {
        this.set(book.movements.length);
      },
    });
  }
}

export const healthRoutes = (metrics: Metrics, isReady: () => boolean) => async (app: FastifyInstance): Promise<void> => {
  app.get("/health/live", async () => ({ status: "live" }));
  app.get("/health/ready", async (_request, reply) =>
    isReady() ? { status: "ready" } : reply.code(503).send({ status: "not ready" }),
  );
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
};
