import type { FastifyInstance } from "fastify";

export const statementsPath = "/admin/v1/statements";

/** A day of a large provider may be a gigabyte over a slow line. */
const uploadMsMax = 3_600_000;

/** Hands a CSV body on as the stream that it is, so that its size does not matter. */
export const acceptCsv = (fastify: FastifyInstance): void => {
  fastify.addContentTypeParser(["text/csv", "application/csv"], (_request, payload, done) => done(null, payload));
  fastify.server.requestTimeout = uploadMsMax;
  // While the last lines are matched nothing moves on the connection.
  fastify.server.setTimeout(600_000);
};
