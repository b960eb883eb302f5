import type { FastifyReply } from "fastify";

/** Cuts the connection of the request with a reset, as a lost answer looks to the caller. */
export const resetConnection = (reply: FastifyReply): void => {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
};

/** What a broken proxy in front of a provider says: HTTP 500 and a page that is not JSON. */
export const tellBroken = (reply: FastifyReply): FastifyReply =>
  reply
    .code(500)
    .type("text/html")
    .send("<html><head><title>500 Internal Server Error</title></head><body><h1>Internal Server Error</h1></body></html>");
