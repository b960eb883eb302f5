import Fastify from "fastify";

// What HTTP alone costs on this machine: eight fields in, three out, nothing behind it.
const app = Fastify({ logger: false });
app.post<{ Body: { reference: string; amount: string } }>("/", async ({ body }, reply) =>
  reply.code(201).send({ reference: body.reference, amount: body.amount, status: "pending" }),
);
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`);
process.on("SIGTERM", () => void app.close());
