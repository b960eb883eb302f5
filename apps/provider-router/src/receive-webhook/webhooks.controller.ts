import { Controller, HttpCode, Inject, Param, Post, Req } from "@nestjs/common";
import { notFound, temporarilyUnavailable } from "@malipo/http-api";
import type { FastifyRequest } from "fastify";
import { ReceiveWebhook } from "./receive-webhook.js";

/** A provider's webhooks. A wrong secret part answers like a wrong path, so that nobody learns what is served. */
@Controller("webhooks")
export class WebhooksController {
  constructor(@Inject(ReceiveWebhook) private readonly webhooks: ReceiveWebhook) {}

  @Post(":provider/:token")
  @HttpCode(200)
  async receive(@Param("provider") provider: string, @Param("token") pathToken: string, @Req() request: FastifyRequest) {
    const headers = Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
    // Under a raw route the body is its bytes, whatever its type says.
    const body = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
    const received = await this.webhooks.receive(provider, { pathToken, headers, body }, request.traceparent);
    if (received === "refused") throw notFound();
    if (received === "not_stored") throw temporarilyUnavailable();
    // Daraja looks for its own words; others look at the status alone.
    return { ResultCode: 0, ResultDesc: "Accepted" };
  }
}
