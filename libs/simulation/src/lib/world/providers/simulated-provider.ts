import { type CurrencyCode, currency, formatAmount } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { SeededRandom, SimulatedScheduler, SimulatedTime } from "@malipo/event-log/simulated";
import type {
  CallContext,
  CollectRequest,
  OutcomeQuery,
  PaymentProvider,
  ProviderCapabilities,
  QueryAnswer,
  RawWebhook,
  WebhookReading,
} from "@malipo/provider-contract";
import type { Faults } from "../faults/faults.js";
import { type CollectBody, type ProviderLedger, type Webhook, outcomeOf } from "./provider-ledger.js";

export type Line = Readonly<{ time: SimulatedTime; scheduler: SimulatedScheduler; random: SeededRandom; faults: Faults; caller: () => string }>;

export const kes: CurrencyCode = currency("KES");
const visibilityDelayMs = 5_000;

const capabilitiesOf = (idempotent: boolean): ProviderCapabilities => ({
  collections: [{ country: "KEN", callingCode: "254", currency: kes, method: "mobile_money", operator: "SIMULATED", prefixes: [], decimals: 2 }],
  idempotentById: idempotent,
  notFoundIsProof: idempotent,
  visibilityDelayMs,
  queryableWithoutReply: idempotent,
  webhookUrl: "per_attempt",
  webhooksSigned: false,
});

/** An adapter as one router process holds it: the line to a ledger, on which requests and replies get lost. */
export class SimulatedProvider implements PaymentProvider {
  readonly id: string;
  readonly capabilities: ProviderCapabilities;

  constructor(
    private readonly ledger: ProviderLedger,
    private readonly line: Line,
  ) {
    this.id = ledger.id;
    this.capabilities = capabilitiesOf(ledger.idempotent);
  }

  prepareCollect({ attemptId, paymentId, amount }: CollectRequest): Uint8Array {
    return Buffer.from(JSON.stringify({ attemptId, paymentId, amount: formatAmount(amount), currency: amount.currency } satisfies CollectBody));
  }

  async collect(prepared: Uint8Array, { maySend, deadlineMs }: CallContext): Promise<Outcome> {
    const { scheduler, time, faults, caller } = this.line;
    await scheduler.sleep(this.wayMs());
    if (this.ledger.isDown || faults.strikes("provider_refuses")) return { kind: "not_sent", cause: "connection_refused" };
    if (maySend?.() === false) return { kind: "not_sent", cause: "send_window_over" };
    const body = JSON.parse(Buffer.from(prepared).toString()) as CollectBody;
    const sender = caller();
    const lost = faults.strikes("provider_request_lost");
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    // It is out: from here on it is not this process that decides whether it arrives.
    if (!lost) {
      time.at(time.nowMs + this.wayMs(), () => {
        const reply = this.ledger.receive(body, sender);
        if (faults.strikes("provider_silent")) return;
        const reset = faults.strikes("charge_then_reset");
        scheduler.after(this.wayMs(), () => resolve(reset ? { kind: "unknown", cause: "connection_lost" } : reply));
      });
    }
    scheduler.after(deadlineMs, () => resolve({ kind: "unknown", cause: "timeout" }));
    return promise;
  }

  async fetchOutcome({ attemptId, providerReference }: OutcomeQuery): Promise<QueryAnswer> {
    const { scheduler, faults } = this.line;
    await scheduler.sleep(this.wayMs());
    if (this.ledger.isDown || faults.strikes("provider_query_lost")) return { kind: "unknown", cause: "timeout" };
    const answer = this.ledger.query(attemptId, providerReference);
    await scheduler.sleep(this.wayMs());
    return answer;
  }

  authenticateWebhook(): boolean {
    return true;
  }

  readWebhook({ body }: RawWebhook): WebhookReading {
    const webhook = JSON.parse(Buffer.from(body).toString()) as Webhook;
    return { kind: "outcome", correlation: { attemptId: webhook.attemptId }, outcome: outcomeOf(webhook), queryReference: webhook.reference };
  }

  private wayMs(): number {
    const { random } = this.line;
    return random.share() * (random.chance(0.05) ? 1_500 : 60);
  }
}
