import type { AttemptId } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { HttpOutcome } from "@malipo/ports";
import {
  type CallContext,
  type CollectRequest,
  type OutcomeQuery,
  type PaymentProvider,
  type ProviderCapabilities,
  type ProviderPorts,
  type QueryAnswer,
  type RawWebhook,
  type WebhookReading,
  readJsonObject,
  textAt,
  withoutReply,
} from "@malipo/provider-contract";
import { timingSafeEqualText } from "@malipo/security";
import { pawapayCapabilities } from "./pawapay.capabilities.js";
import type { PawapayConfig } from "./pawapay.config.js";
import { depositBody, readInitiation, readStatusReply } from "./pawapay.mapping.js";
import { isOurFault } from "./pawapay.reasons.js";
import { readPawapayWebhook } from "./pawapay.webhook.js";

export class PawapayProvider implements PaymentProvider {
  readonly id = "pawapay";
  readonly capabilities: ProviderCapabilities;

  constructor(private readonly config: PawapayConfig, private readonly ports: ProviderPorts) {
    this.capabilities = { ...pawapayCapabilities, visibilityDelayMs: config.visibilityDelayMs ?? pawapayCapabilities.visibilityDelayMs };
  }

  prepareCollect(request: CollectRequest): Uint8Array {
    return depositBody(request);
  }

  async collect(prepared: Uint8Array, call: CallContext): Promise<Outcome> {
    const attemptId = textAt(readJsonObject(prepared), "depositId") as AttemptId | undefined;
    if (attemptId === undefined) return { kind: "not_sent", cause: "frozen_request_unreadable" };
    const started = this.ports.clock.monotonicMs();
    const reply = await this.call("POST", "/v2/deposits", call, prepared);
    if (reply.kind !== "response") return withoutReply(reply);
    const read = readInitiation(reply.status, reply.body, attemptId);
    if (read.kind !== "duplicate") {
      if (read.kind === "declined" && isOurFault(reply.status, read.providerCode)) {
        this.ports.logger.error({ provider: this.id, status: reply.status, code: read.providerCode, attemptId }, "pawaPay refuses our requests");
      }
      return read;
    }
    // Somebody sent this id before, so its first fate is this one's too.
    const deadlineMs = Math.max(0, call.deadlineMs - (this.ports.clock.monotonicMs() - started));
    const answer = await this.fetchOutcome({ attemptId, at: this.ports.clock.now() }, { mode: call.mode, deadlineMs });
    return answer.kind === "not_found" ? { kind: "unknown", cause: "duplicate_not_found" } : answer;
  }

  async fetchOutcome({ attemptId }: OutcomeQuery, call: CallContext): Promise<QueryAnswer> {
    const reply = await this.call("GET", `/v2/deposits/${attemptId}`, call);
    if (reply.kind !== "response") return { kind: "unknown", cause: reply.cause };
    return readStatusReply(reply.status, reply.body, attemptId);
  }

  authenticateWebhook({ pathToken }: RawWebhook): boolean {
    return timingSafeEqualText(pathToken, this.config.webhookToken.reveal());
  }

  readWebhook(webhook: RawWebhook): WebhookReading {
    return readPawapayWebhook(webhook);
  }

  private call(method: "GET" | "POST", path: string, call: CallContext, body?: Uint8Array): Promise<HttpOutcome> {
    return this.ports.http.send({
      method,
      url: this.config.baseUrl + path,
      headers: {
        authorization: `Bearer ${this.config.apiToken.reveal()}`,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body }),
      deadlineMs: call.deadlineMs,
      ...(call.maySend !== undefined && { maySend: call.maySend }),
      allowDevelopmentAddresses: call.mode === "test",
    });
  }
}
