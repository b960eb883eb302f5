import { type AttemptId, currency } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import {
  type CallContext,
  type CollectRequest,
  type OutcomeQuery,
  type PaymentProvider,
  type ProviderCapabilities,
  type QueryAnswer,
  type RawWebhook,
  type WebhookReading,
  encodeJson,
  readJsonObject,
  textAt,
} from "@malipo/provider-contract";

export type Behaviour = Readonly<{
  /** What it does with a request that reaches it; `lost`: charges, and the reply never comes. */
  onCollect: "charge" | "pending" | "lost" | "unavailable" | "broken" | "refused_connection" | "decline";
}>;

/** A provider with a ledger of its own: what it really charged, and how often each attempt reached it. */
export class WorldProvider implements PaymentProvider {
  readonly capabilities: ProviderCapabilities;
  readonly reached: AttemptId[] = [];
  /** With which reference each query came. */
  readonly askedWith: (string | undefined)[] = [];
  readonly charged = new Map<AttemptId, number>();
  readonly states = new Map<AttemptId, "approved" | "declined" | "pending">();
  behaviour: Behaviour = { onCollect: "charge" };
  queriesAnswered = true;
  /** A request waits for its socket. */
  socketReady: Promise<void> = Promise.resolve();
  /** Called when a request arrives, before it is handled. */
  onReach: (attemptId: AttemptId) => void = () => undefined;

  constructor(readonly id: string, capabilities: Partial<ProviderCapabilities> = {}) {
    this.capabilities = {
      collections: [{ country: "COD", callingCode: "243", currency: currency("USD"), method: "mobile_money", operator: "OP", prefixes: [], decimals: 2 }],
      idempotentById: true,
      notFoundIsProof: true,
      visibilityDelayMs: 5_000,
      queryableWithoutReply: true,
      webhookUrl: "per_environment",
      webhooksSigned: false,
      ...capabilities,
    };
  }

  prepareCollect({ attemptId, paymentId }: CollectRequest): Uint8Array {
    return encodeJson({ attemptId, paymentId });
  }

  async collect(prepared: Uint8Array, { maySend }: CallContext): Promise<Outcome> {
    const attemptId = textAt(readJsonObject(prepared), "attemptId") as AttemptId;
    const { onCollect } = this.behaviour;
    if (onCollect === "refused_connection") return { kind: "not_sent", cause: "connection_refused" };
    await this.socketReady;
    if (maySend?.() === false) return { kind: "not_sent", cause: "send_window_over" };
    this.onReach(attemptId);
    this.reached.push(attemptId);
    if (onCollect === "unavailable") return { kind: "declined", reason: "provider_unavailable", providerCode: "BUSY" };
    if (onCollect === "broken") return { kind: "unknown", cause: "unreadable_reply" };
    if (onCollect === "charge" || onCollect === "lost") this.settle(attemptId, "approved");
    else this.states.set(attemptId, onCollect === "decline" ? "declined" : "pending");
    return onCollect === "lost" ? { kind: "unknown", cause: "connection_lost" } : { kind: "in_progress", providerReference: `ref-${attemptId}` };
  }

  settle(attemptId: AttemptId, state: "approved" | "declined"): void {
    this.states.set(attemptId, state);
    if (state === "approved") this.charged.set(attemptId, (this.charged.get(attemptId) ?? 0) + 1);
  }

  async fetchOutcome({ attemptId, providerReference }: OutcomeQuery): Promise<QueryAnswer> {
    this.askedWith.push(providerReference);
    if (!this.queriesAnswered) return { kind: "unknown", cause: "timeout" };
    if (!this.capabilities.queryableWithoutReply && providerReference === undefined) return { kind: "unknown", cause: "no_provider_reference" };
    const state = this.states.get(attemptId);
    return state === undefined ? { kind: "not_found" } : outcomeOf(attemptId, state);
  }

  authenticateWebhook({ pathToken }: RawWebhook): boolean {
    return pathToken === "secret";
  }

  readWebhook({ body }: RawWebhook): WebhookReading {
    const told = readJsonObject(body);
    const attemptId = textAt(told, "attemptId") as AttemptId | undefined;
    const state = textAt(told, "state") as "approved" | "declined" | "pending" | undefined;
    if (attemptId === undefined || state === undefined) return { kind: "unreadable", why: "not ours" };
    return { kind: "outcome", correlation: { attemptId }, outcome: outcomeOf(attemptId, state), queryReference: `ref-${attemptId}` };
  }

  webhook(attemptId: AttemptId, state: string) {
    return { pathToken: "secret", headers: {}, body: encodeJson({ attemptId, state }) };
  }

  get charges(): number {
    return [...this.charged.values()].reduce((sum, count) => sum + count, 0);
  }
}

const outcomeOf = (attemptId: AttemptId, state: "approved" | "declined" | "pending"): Outcome => {
  if (state === "approved") return { kind: "approved", providerReference: `receipt-${attemptId}` };
  if (state === "declined") return { kind: "declined", reason: "insufficient_funds", providerCode: "1" };
  return { kind: "in_progress", providerReference: `ref-${attemptId}` };
};
