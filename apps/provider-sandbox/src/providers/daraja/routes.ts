import type { FastifyInstance, FastifyReply } from "fastify";
import type { VirtualClock } from "../../clock/virtual-clock.js";
import { resetConnection, tellBroken } from "../../http/tell.js";
import type { Operations } from "../../operations/operations.js";
import { drawCode, drawDigits } from "../../system/draw.js";
import { detailsOf } from "./callbacks.js";
import { badRequest, DarajaError } from "./errors.js";
import { darajaPage } from "./page.js";
import { readPush, readQuery, type Push } from "./read-request.js";
import { resultOf } from "./results.js";
import { compactTime } from "./times.js";
import { DarajaTokens } from "./tokens.js";

export type DarajaParts = Readonly<{
  consumerKey: string;
  consumerSecret: string;
  passkey: string;
  shortcode: string;
  operations: Operations;
  clock: VirtualClock;
}>;

/** M-Pesa Daraja's OAuth, STK push, and STK query as the wire has them. */
export const darajaRoutes = (parts: DarajaParts) => async (app: FastifyInstance): Promise<void> => {
  const { operations, clock } = parts;
  const tokens = new DarajaTokens(parts.consumerKey, parts.consumerSecret);
  app.setErrorHandler((fault, _request, reply) => tellFault(fault, reply));
  app.get("/", (_request, reply) => reply.type("text/plain; charset=utf-8").send(darajaPage()));

  app.get<{ Querystring: { grant_type?: string } }>("/oauth/v1/generate", async ({ headers, query }) =>
    tokens.issue(headers.authorization, query.grant_type, clock.now()),
  );

  await app.register(async (guarded) => {
    guarded.addHook("onRequest", async ({ headers }) => tokens.check(headers.authorization, clock.now()));

    guarded.post("/mpesa/stkpush/v1/processrequest", async ({ body }, reply) => {
      const push = readPush(body, parts);
      const merchantRequestId = `${drawDigits(5)}-${drawDigits(8)}-1`;
      const { answer, held } = await operations.accept({
        provider: "daraja",
        kind: "charge",
        id: `ws_CO_${compactTime(clock.now())}${drawDigits(9)}${push.payer.slice(-9)}`,
        paymentId: push.callbackUrl.searchParams.get("payment"),
        payer: push.payer,
        amount: String(push.amount),
        currency: "KES",
        transactionId: drawCode(10),
        details: detailsFrom(push, merchantRequestId),
      });
      if (answer === "connection_reset") {
        resetConnection(reply);
        return reply;
      }
      if (answer === "broken") return tellBroken(reply);
      if (answer === "unavailable" || !held) {
        throw new DarajaError(500, "500.001.1001", "System is busy. Please try again in few minutes.");
      }
      return {
        MerchantRequestID: merchantRequestId,
        CheckoutRequestID: held.operation.id,
        ResponseCode: "0",
        ResponseDescription: "Success. Request accepted for processing",
        CustomerMessage: "Success. Request accepted for processing",
      };
    });

    guarded.post("/mpesa/stkpushquery/v1/query", async ({ body }) => {
      const checkoutRequestId = readQuery(body, parts);
      const held = operations.find("daraja", "charge", checkoutRequestId);
      // What the real one says to an id that it never gave is not told on its pages; this is a choice.
      if (!held) throw badRequest("CheckoutRequestID");
      if (!held.settled) throw new DarajaError(500, "500.001.1001", "The transaction is being processed");
      const { code, text } = resultOf(held.settled.outcome);
      return {
        ResponseCode: "0",
        ResponseDescription: "The service request has been accepted successfully",
        MerchantRequestID: detailsOf(held.operation).merchantRequestId,
        CheckoutRequestID: held.operation.id,
        ResultCode: String(code),
        ResultDesc: text,
      };
    });
  });
};

const detailsFrom = ({ callbackUrl, accountReference, description, transactionType }: Push, merchantRequestId: string) => ({
  merchantRequestId,
  callbackUrl: callbackUrl.href,
  accountReference,
  description,
  transactionType,
});

const tellFault = (fault: unknown, reply: FastifyReply): FastifyReply => {
  if (fault instanceof DarajaError) return reply.code(fault.statusCode).send(fault.body);
  const statusCode = (fault as { statusCode?: number }).statusCode ?? 500;
  if (statusCode < 500) {
    return reply.code(400).send(new DarajaError(400, "400.002.05", "Invalid Request Payload").body);
  }
  reply.log.error({ err: fault }, "daraja request failed");
  return reply.code(500).send(new DarajaError(500, "500.003.1001", "Internal Server Error").body);
};
