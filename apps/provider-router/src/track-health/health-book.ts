import type { Outcome } from "@malipo/payment-lifecycle";
import type { Clock, Metrics } from "@malipo/ports";
import { type HealthSignal, type ProviderHealth, evolveHealth, initialHealth, isHealthy } from "@malipo/provider-routing";

/** Causes of `not_sent` that say nothing about the provider. */
const ownCauses = new Set(["send_window_over", "proposal_dropped", "stopping", "prepared_bytes_lost", "frozen_request_unreadable"]);

/** How each provider answers this process; a restart begins with trust. */
export class HealthBook {
  private readonly health = new Map<string, ProviderHealth>();

  constructor(private readonly clock: Clock, private readonly metrics: Metrics) {}

  learn(provider: string, outcome: Outcome): void {
    const signal = signalOf(outcome);
    if (signal === undefined) return;
    const next = evolveHealth(this.of(provider), signal, this.clock.now());
    this.health.set(provider, next);
    this.metrics.gauge("provider_healthy", this.isHealthy(provider) ? 1 : 0, { provider });
  }

  isHealthy(provider: string): boolean {
    return isHealthy(this.of(provider), this.clock.now());
  }

  of(provider: string): ProviderHealth {
    return this.health.get(provider) ?? initialHealth;
  }
}

const signalOf = (outcome: Outcome): HealthSignal | undefined => {
  switch (outcome.kind) {
    case "not_sent":
      return ownCauses.has(outcome.cause) ? undefined : "unreachable";
    case "unknown":
      return "no_answer";
    case "declined":
      return outcome.reason === "provider_unavailable" ? "unavailable" : "answered";
    default:
      return "answered";
  }
};
