import type { Outcome } from "@malipo/payment-lifecycle";
import type { HttpOutcome } from "@malipo/ports";
import {
  type CallContext,
  type CollectRequest,
  type OutcomeQuery,
  type PaymentProvider,
  type ProviderPorts,
  type QueryAnswer,
  type RawWebhook,
  type WebhookReading,
  encodeJson,
  readJsonObject,
  textAt,
  withoutReply,
} from "@malipo/provider-contract";
import { attemptToken, readAttemptToken } from "@malipo/security";
import { darajaCapabilities } from "./daraja.capabilities.js";
import type { DarajaConfig } from "./daraja.config.js";
import { BAD_TOKEN, darajaTime, errorCodeOf, passwordOf, pushBody, readPushReply, readQueryReply } from "./daraja.mapping.js";
import { DarajaTokens } from "./daraja.tokens.js";
import { readDarajaWebhook } from "./daraja.webhook.js";

const PUSH = "/mpesa/stkpush/v1/processrequest";
const QUERY = "/mpesa/stkpushquery/v1/query";

type Reply = HttpOutcome | Readonly<{ kind: "unauthorized"; cause: string }>;

export class DarajaProvider implements PaymentProvider {
  readonly id = "daraja";
  readonly capabilities = darajaCapabilities;
  private readonly tokens: DarajaTokens;
  private readonly secret: Uint8Array;

  constructor(private readonly config: DarajaConfig, private readonly ports: ProviderPorts) {
    this.tokens = new DarajaTokens(config, ports);
    this.secret = Buffer.from(config.webhookSecret.reveal(), "utf8");
  }

  prepareCollect(request: CollectRequest): Uint8Array {
    const token = attemptToken(this.secret, request.attemptId);
    return pushBody(request, {
      shortcode: this.config.shortcode,
      transactionType: this.config.transactionType,
      callbackUrl: `${this.config.webhookBaseUrl}/webhooks/daraja/${token}?payment=${request.paymentId}`,
    });
  }

  async collect(prepared: Uint8Array, call: CallContext): Promise<Outcome> {
    const frozen = readJsonObject(prepared);
    const timestamp = textAt(frozen, "Timestamp");
    if (timestamp === undefined) return { kind: "not_sent", cause: "frozen_request_unreadable" };
    const { maySend = () => true, ...context } = call;
    let asked = false;
    const reply = await this.post(PUSH, { ...frozen, Password: this.password(timestamp) }, context, () => (asked = maySend()));
    // Without a token the push itself never left.
    if (reply.kind === "unauthorized") return { kind: "not_sent", cause: reply.cause };
    if (reply.kind !== "response") return asked ? withoutReply(reply) : { kind: "not_sent", cause: reply.cause };
    const outcome = readPushReply(reply.status, reply.body);
    if (outcome.kind === "declined") {
      this.ports.logger.warn({ provider: this.id, status: reply.status, code: outcome.providerCode }, "Daraja refuses a push");
    }
    return outcome;
  }

  async fetchOutcome({ attemptId, providerReference, at }: OutcomeQuery, call: CallContext): Promise<QueryAnswer> {
    if (providerReference === undefined) return { kind: "unknown", cause: "no_provider_reference" };
    const timestamp = darajaTime(at);
    const body = { BusinessShortCode: this.config.shortcode, Password: this.password(timestamp), Timestamp: timestamp };
    const reply = await this.post(QUERY, { ...body, CheckoutRequestID: providerReference }, call);
    if (reply.kind !== "response") return { kind: "unknown", cause: reply.cause };
    return readQueryReply(reply.status, reply.body, providerReference, attemptId);
  }

  authenticateWebhook({ pathToken }: RawWebhook): boolean {
    return readAttemptToken(this.secret, pathToken) !== undefined;
  }

  readWebhook(webhook: RawWebhook): WebhookReading {
    const attemptId = readAttemptToken(this.secret, webhook.pathToken);
    return attemptId === undefined ? { kind: "unreadable", why: "not a token of ours" } : readDarajaWebhook(webhook, attemptId);
  }

  private password(timestamp: string): string {
    return passwordOf(this.config.shortcode, this.config.passkey.reveal(), timestamp);
  }

  /**
   * With a token that Daraja's gateway does not know, the request got no further than the gateway; it goes once more with
   * a fresh one, and the deadline and `maySend` hold for the whole.
   */
  private async post(path: string, body: object, call: CallContext, maySend?: () => boolean): Promise<Reply> {
    const started = this.ports.clock.monotonicMs();
    const bytes = encodeJson(body);
    let last: Reply = { kind: "unauthorized", cause: "authorization_refused" };
    for (let round = 0; round < 2; round++) {
      const left = call.deadlineMs - (this.ports.clock.monotonicMs() - started);
      const granted = await this.tokens.token(call.mode, Math.max(0, left));
      if ("failure" in granted) return round === 0 ? { kind: "unauthorized", cause: granted.failure } : last;
      last = await this.ports.http.send({
        method: "POST",
        url: this.config.baseUrl + path,
        headers: { authorization: `Bearer ${granted.token}`, "content-type": "application/json", accept: "application/json" },
        body: bytes,
        deadlineMs: Math.max(0, call.deadlineMs - (this.ports.clock.monotonicMs() - started)),
        ...(maySend !== undefined && { maySend }),
        allowDevelopmentAddresses: call.mode === "test",
      });
      if (last.kind !== "response" || last.status !== 401 || errorCodeOf(last.body) !== BAD_TOKEN) return last;
      this.tokens.forget(call.mode, granted.token);
    }
    return last;
  }
}
