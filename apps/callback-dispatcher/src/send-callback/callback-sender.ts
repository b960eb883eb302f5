import type { SendOutcome } from "@malipo/callback-delivery";
import { type Account, type Instant, parseAccount } from "@malipo/kernel";
import type { HttpClient, HttpOutcome, Vault } from "@malipo/ports";
import { inSpan } from "@malipo/runtime";
import { signStandardWebhook } from "@malipo/security";
import type { Callback } from "../keep-deliveries/callback-store.js";

/** Signing secrets that a receiver may hold now, newest first: two while a rotation overlaps. */
export interface CallbackSecrets {
  callbackSecrets(account: Account): Promise<readonly string[]> | readonly string[];
}

export type CallbackSenderOptions = Readonly<{ http: HttpClient; vault: Vault; secrets: CallbackSecrets; deadlineMs?: number }>;

/** Where a callback goes; or what came of it already, when it cannot go anywhere. */
export type Destination = Readonly<{ kind: "url"; url: string; origin: string }> | Readonly<{ kind: "none"; outcome: SendOutcome }>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Signs one callback by Standard Webhooks and sends it once. */
export class CallbackSender {
  constructor(private readonly options: CallbackSenderOptions) {}

  /** Rejects when the key store cannot say now; that is no try. */
  async destinationOf(callback: Callback): Promise<Destination> {
    const { account, paymentId, url: sealed } = callback;
    const opened = await this.options.vault.open(callbackUrlOwner(account), callbackUrlField(paymentId), sealed);
    if (opened === "erased") return { kind: "none", outcome: { kind: "impossible", cause: "callback_url_erased" } };
    const url = decoder.decode(opened);
    if (!URL.canParse(url)) return { kind: "none", outcome: { kind: "impossible", cause: "callback_url_unreadable" } };
    return { kind: "url", url, origin: new URL(url).origin };
  }

  /** `now`: the time that the signature carries. */
  async send(callback: Callback, url: string, now: Instant): Promise<SendOutcome> {
    const { http, secrets, deadlineMs = 10_000 } = this.options;
    const held = await secrets.callbackSecrets(callback.account);
    // An account without a secret may be given one, so the callback keeps its place.
    if (held.length === 0) return { kind: "not_sent", cause: "no_callback_secret" };
    const { mode } = parseAccount(callback.account);
    const body = encoder.encode(callback.body);
    const attributes = { "http.request.method": "POST", "malipo.delivery": callback.id, "malipo.payment": callback.paymentId, "malipo.callback": callback.type };
    return inSpan("send callback", { kind: "client", parent: callback.traceparent, attributes }, async (span) => {
      // No `traceparent` goes out: a merchant has no use for our ids, and its own tracing would report under them.
      const headers = {
        "content-type": "application/json",
        "user-agent": "Malipo-Callbacks/1",
        ...signStandardWebhook({ id: callback.id, timestampS: now / 1000, body, secrets: held }),
      };
      const outcome = await http.send({ method: "POST", url, headers, body, deadlineMs, allowDevelopmentAddresses: mode === "test" });
      span?.set({ "malipo.outcome": outcome.kind, ...(outcome.kind === "response" && { "http.response.status_code": outcome.status }) });
      return toSendOutcome(outcome);
    });
  }
}

/** A merchant's URL may carry a secret in its path, so it is sealed under the account's key for callback secrets. */
export const callbackUrlOwner = (account: Account) => ({ purpose: "callback-secrets", account }) as const;
export const callbackUrlField = (paymentId: string): string => `payment/${paymentId}/callback`;

const toSendOutcome = (outcome: HttpOutcome): SendOutcome => {
  switch (outcome.kind) {
    case "response":
      return { kind: "response", status: outcome.status };
    case "not_sent":
      return { kind: "not_sent", cause: outcome.cause };
    default:
      return { kind: "unknown", cause: outcome.cause };
  }
};
