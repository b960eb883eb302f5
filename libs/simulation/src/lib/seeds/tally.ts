import { createHash } from "node:crypto";
import type { SeedResult } from "../world/run-seed.js";

const msPerDay = 86_400_000;

/** What the seeds of a run came to together. Add them in their order: the hash is over theirs, one after the other. */
export class Tally {
  seeds = 0;
  violations = 0;
  payments = 0;
  events = 0;
  boots = 0;
  simulatedMs = 0;
  readonly injected = new Map<string, number>();
  readonly #hash = createHash("sha256");

  add({ hash, violations, unfinished, payments, events, boots, simulatedMs, injected }: SeedResult): void {
    this.seeds += 1;
    this.violations += violations.length + unfinished.length;
    this.payments += payments;
    this.events += events;
    this.boots += boots;
    this.simulatedMs += simulatedMs;
    for (const [kind, times] of Object.entries(injected)) this.injected.set(kind, (this.injected.get(kind) ?? 0) + times);
    this.#hash.update(hash);
  }

  /** The same on every machine that ran the same seeds of the same code. */
  get hash(): string {
    return this.#hash.copy().digest("hex").slice(0, 16);
  }

  lines(): readonly string[] {
    const { seeds, payments, events, boots, simulatedMs } = this;
    const each = (total: number): string => (seeds === 0 ? "0" : (total / seeds).toFixed(1));
    return [
      `${payments} payments (${each(payments)} a seed), ${events} events, ${boots} boots, ${(simulatedMs / msPerDay).toFixed(1)} simulated days`,
      ...this.faultLines(),
      `hash of all seeds ${this.hash}`,
    ];
  }

  private faultLines(): readonly string[] {
    const kinds = [...this.injected].sort(([, a], [, b]) => b - a);
    const total = kinds.reduce((sum, [, times]) => sum + times, 0);
    if (kinds.length === 0) return [];
    const wide = Math.max(...kinds.map(([kind]) => kind.length));
    return [`${total} faults injected:`, ...kinds.map(([kind, times]) => `  ${kind.padEnd(wide)} ${String(times).padStart(9)}`)];
  }
}
