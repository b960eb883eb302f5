import { type Admission, bearerToken } from "@malipo/http-api";
import type { FastifyInstance } from "fastify";
import type { TokenVerifier } from "../shared/merchant.guard.js";

const createRoute = "/api/v1/payments";

/**
 * Turns a create away before its body is read when it would not be let in anyway: under overload most requests end here, so
 * this is what overload costs. Whose it is must be known for that, since a crowded house still has room for those who take
 * little of it; a token that is not good is left to the guard, which counts it.
 */
export const refuseAtTheDoor = (fastify: FastifyInstance, admission: Admission, tokens: TokenVerifier): void => {
  fastify.addHook("onRequest", async (request) => {
    if (admission.isCalm || request.method !== "POST" || request.routeOptions.url !== createRoute) return;
    const token = bearerToken(request);
    const verified = token === undefined ? undefined : await tokens.verify(token);
    if (verified !== undefined) admission.check(verified.account);
  });
};
