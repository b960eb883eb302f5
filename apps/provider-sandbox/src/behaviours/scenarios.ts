import type { OperationKind, ProviderName, Scenario } from "../ledger/records.js";
import { behaviourOfNumber, type BehaviourName } from "./behaviours.js";

export type Occasion = Readonly<{ payer: string; provider: ProviderName; operation: OperationKind }>;

/** What was ordered by the control API, ahead of the digits. The newest order that matches wins. */
export class Scenarios {
  private orders: { readonly scenario: Scenario; left: number }[] = [];

  set(scenario: Scenario): void {
    this.orders.unshift({ scenario, left: scenario.times ?? Infinity });
  }

  used(scenarioId: string): void {
    const order = this.orders.find(({ scenario }) => scenario.scenarioId === scenarioId);
    if (!order) return;
    order.left -= 1;
    if (order.left <= 0) this.orders = this.orders.filter((kept) => kept !== order);
  }

  clear(): void {
    this.orders = [];
  }

  list(): readonly (Scenario & { readonly left: number | null })[] {
    return this.orders.map(({ scenario, left }) => ({ ...scenario, left: Number.isFinite(left) ? left : null }));
  }

  choose(occasion: Occasion): { readonly behaviour: BehaviourName; readonly scenarioId?: string } {
    const order = this.orders.find(({ scenario }) => matches(scenario.match, occasion));
    if (!order) return { behaviour: behaviourOfNumber(occasion.payer) };
    return { behaviour: order.scenario.behaviour, scenarioId: order.scenario.scenarioId };
  }
}

const matches = (match: Scenario["match"], occasion: Occasion): boolean =>
  (match.payer === undefined || match.payer === occasion.payer) &&
  (match.provider === undefined || match.provider === occasion.provider) &&
  (match.operation === undefined || match.operation === occasion.operation);
