import { setTimeout as delay } from "node:timers/promises";
import { oneOf } from "../choice.js";
import type { Choice } from "../fault.js";
import type { CarefulMerchant } from "./careful-merchant.js";
import type { Arrival, ClientJournal } from "./client-journal.js";
import { runErrand } from "./errands.js";

/** Creates at a fixed rate whatever the answers do, so that what is slow or refused is seen and not merely waited for. */
export class OfferedLoad {
  private readonly underWay = new Set<Promise<void>>();
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(
    private readonly merchants: readonly CarefulMerchant[],
    private readonly journal: ClientJournal,
    private readonly choice: Choice,
    private readonly run: number,
    readonly perSecond: number,
  ) {
    this.loop = this.offer();
  }

  /** Offers no more, and waits until every merchant has its answers; each gives up on its own after some minutes. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
    await Promise.all(this.underWay);
  }

  private async offer(): Promise<void> {
    const began = performance.now();
    for (let index = 0; !this.stopped; index += 1) {
      const due = began + (index * 1_000) / this.perSecond;
      const wait = due - performance.now();
      if (wait > 0) await delay(wait);
      const arrival: Arrival = { atMs: Date.now() };
      this.journal.arrivals.push(arrival);
      const { run } = this;
      const onAsk = (merchant: CarefulMerchant, reference: string): void =>
        void this.journal.asked.push({ run, reference, account: merchant.account, paymentId: merchant.paymentId(reference) });
      const errand = runErrand({ merchant: oneOf(this.choice, this.merchants), choice: this.choice, arrival, onAsk })
        .catch((error: unknown) => void this.journal.complaints.push(`an errand broke off: ${String(error)}`))
        .finally(() => this.underWay.delete(errand));
      this.underWay.add(errand);
    }
  }
}
