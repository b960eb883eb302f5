import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { VirtualClock } from "../../clock/virtual-clock.js";
import { resetConnection, tellBroken } from "../../http/tell.js";
import type { Book } from "../../ledger/book.js";
import type { OperationKind } from "../../ledger/records.js";
import type { Operations, Request } from "../../operations/operations.js";
import { toHundredths } from "./amounts.js";
import { readFilter, renderActiveConf, renderAvailability, type OperationType } from "./conf.js";
import { Rejection } from "./failures.js";
import { readDeposit, readPayout, readRefund } from "./initiate.js";
import { predict } from "./markets.js";
import { pawapayPage } from "./page.js";
import { asId, asObject, asString, onlyFields, type Json } from "./read-request.js";
import { idField, renderCheck, renderTime } from "./render.js";

export type PawapayParts = Readonly<{
  apiToken: string;
  callbackUrls: Readonly<Record<OperationType, string | undefined>>;
  operations: Operations;
  book: Book;
  clock: VirtualClock;
}>;

const paths: readonly (readonly [string, OperationKind])[] = [
  ["deposits", "charge"],
  ["payouts", "payout"],
  ["refunds", "refund"],
];
const payoutsInBulkMax = 20;

/** The Merchant API v2 of pawaPay as the wire has it. */
export const pawapayRoutes = (parts: PawapayParts) => async (app: FastifyInstance): Promise<void> => {
  const { operations, book, clock } = parts;
  app.get("/", (_request, reply) => reply.type("text/plain; charset=utf-8").send(pawapayPage()));

  const read: Readonly<Record<OperationKind, (body: unknown) => Request>> = {
    charge: readDeposit,
    payout: readPayout,
    refund: (body) => readRefund(body, operations, refundedIn(book)),
  };

  // Refunds of one deposit are judged one after the other: two at once could give back more than was paid.
  const refunding = new Map<string, Promise<unknown>>();
  const oneAtATime = async <T>(kind: OperationKind, body: unknown, act: () => Promise<T>): Promise<T> => {
    const depositId = (body as Json | null)?.["depositId"];
    if (kind !== "refund" || typeof depositId !== "string") return act();
    const deposit = depositId.toLowerCase();
    const turn = (refunding.get(deposit) ?? Promise.resolve()).then(act);
    const settled = turn.catch(() => undefined);
    refunding.set(deposit, settled);
    try {
      return await turn;
    } finally {
      if (refunding.get(deposit) === settled) refunding.delete(deposit);
    }
  };

  const initiate = async (kind: OperationKind, body: unknown, reply: FastifyReply): Promise<Json | undefined> => {
    const field = idField(kind);
    const id = (body as Json | null)?.[field];
    try {
      // The same id again is a duplicate whatever else it says: looked up before its amounts and numbers are judged.
      const known = typeof id === "string" && operations.find("pawapay", kind, id.toLowerCase());
      if (known) return duplicate(field, known.operation.id, known.operation.acceptedAtMs);
      const { answer, held } = await oneAtATime(kind, body, () => operations.accept(read[kind](body)));
      if (answer === "duplicate") return duplicate(field, held!.operation.id, held!.operation.acceptedAtMs);
      if (answer === "connection_reset") return void resetConnection(reply);
      if (answer === "broken") return void tellBroken(reply);
      if (answer === "unavailable") {
        throw new Rejection(200, "PROVIDER_TEMPORARILY_UNAVAILABLE", "The provider is temporarily unavailable.");
      }
      const created = renderTime(held!.operation.acceptedAtMs);
      return { [field]: held!.operation.id, status: "ACCEPTED", ...(kind === "charge" && { nextStep: "FINAL_STATUS" }), created };
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal;
      reply.code(refusal.statusCode);
      const created = refusal.statusCode === 200 ? { created: renderTime(clock.now()) } : {};
      return { ...(typeof id === "string" && { [field]: id }), status: "REJECTED", ...created, failureReason: refusal.failure };
    }
  };

  await app.register(async (guarded) => {
    const expected = digest(`Bearer ${parts.apiToken}`);
    guarded.addHook("onRequest", async (request) => checkToken(request.headers.authorization, expected));
    guarded.setErrorHandler((fault, _request, reply) => tellFault(fault, reply));
    guarded.setNotFoundHandler((_request, reply) => reply.code(404).send({ path: "NOT_FOUND" }));

    for (const [path, kind] of paths) {
      guarded.post(`/v2/${path}`, async (request, reply) => (await initiate(kind, request.body, reply)) ?? reply);
      guarded.get<{ Params: { id: string } }>(`/v2/${path}/:id`, async ({ params }) =>
        renderCheck(operations.find("pawapay", kind, asId(params.id, idField(kind)).toLowerCase())),
      );
      guarded.post<{ Params: { id: string } }>(`/v2/${path}/resend-callback/:id`, async ({ params }) => {
        const id = asId(params.id, idField(kind)).toLowerCase();
        const held = operations.find("pawapay", kind, id);
        if (!held?.settled) return rejectedResend(idField(kind), id, held ? "INVALID_STATE" : "NOT_FOUND");
        await operations.repeatCallback(held);
        return { [idField(kind)]: id, status: "ACCEPTED" };
      });
    }

    guarded.post("/v2/payouts/bulk", async ({ body }, reply) => {
      if (!Array.isArray(body) || body.length === 0 || body.length > payoutsInBulkMax) {
        throw new Rejection(400, "INVALID_INPUT", "a list of 1 to 20 payouts is expected");
      }
      const answers: Json[] = [];
      for (const payout of body) {
        const answer = await initiate("payout", payout, reply);
        if (!answer) return reply;
        answers.push(answer);
      }
      return reply.code(200).send(answers);
    });

    // Nothing is ever enqueued here, since no provider is DELAYED: what is found is in another state.
    guarded.post<{ Params: { id: string } }>("/v2/payouts/fail-enqueued/:id", async ({ params }) => {
      const id = asId(params.id, "payoutId").toLowerCase();
      return rejectedResend("payoutId", id, operations.find("pawapay", "payout", id) ? "INVALID_STATE" : "NOT_FOUND");
    });

    guarded.post("/v2/predict-provider", async ({ body }) => {
      const asked = asObject(body, "the body");
      onlyFields(asked, [], ["phoneNumber"]);
      const phoneNumber = asString(asked["phoneNumber"], "phoneNumber").replace(/[^0-9]/g, "");
      const place = predict(phoneNumber);
      if (!place) throw new Rejection(400, "INVALID_PARAMETER", "phoneNumber: no provider is known for this number");
      return { country: place.market.country, provider: place.operator.provider, phoneNumber };
    });
    guarded.get("/v2/availability", async ({ query }) => renderAvailability(readFilter(query as Json)));
    guarded.get("/v2/active-conf", async ({ query }) => renderActiveConf(readFilter(query as Json), parts.callbackUrls));
  });
};

const duplicate = (field: string, id: string, acceptedAtMs: number): Json => ({
  [field]: id,
  status: "DUPLICATE_IGNORED",
  created: renderTime(acceptedAtMs),
});

const rejectedResend = (field: string, id: string, failureCode: "INVALID_STATE" | "NOT_FOUND"): Json => ({
  [field]: id,
  status: "REJECTED",
  failureReason: {
    failureCode,
    failureMessage: failureCode === "NOT_FOUND" ? "There is no payment with this id." : "The payment's state forbids it.",
  },
});

const refundedIn = (book: Book) => (depositId: string) => {
  const refunds = book.refundsOf(depositId);
  return {
    underWay: refunds.some(({ settled }) => !settled),
    completed: refunds
      .filter(({ settled }) => settled?.outcome.status === "completed")
      .reduce((sum, { operation }) => sum + toHundredths(operation.amount), 0n),
  };
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const checkToken = (header: string | undefined, expected: Buffer): void => {
  if (!header) throw new Rejection(401, "NO_AUTHENTICATION", "The API token is missing from the headers.");
  if (!timingSafeEqual(digest(header), expected)) {
    throw new Rejection(403, "AUTHENTICATION_ERROR", "The API token in the request is not valid.");
  }
};

const tellFault = (fault: unknown, reply: FastifyReply): FastifyReply => {
  if (fault instanceof Rejection) {
    return reply.code(fault.statusCode).send({ status: "REJECTED", failureReason: fault.failure });
  }
  const statusCode = (fault as { statusCode?: number }).statusCode ?? 500;
  const failure =
    statusCode < 500
      ? { failureCode: "INVALID_INPUT", failureMessage: "The payload of the request could not be parsed." }
      : { failureCode: "UNKNOWN_ERROR", failureMessage: "The request could not be processed." };
  if (statusCode >= 500) reply.log.error({ err: fault }, "pawapay request failed");
  return reply.code(statusCode).send({ failureReason: failure });
};
