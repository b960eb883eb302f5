import type { Router } from "@malipo/provider-router";
import type { SeededRandom, SimulatedTime } from "@malipo/event-log/simulated";
import type { Faults } from "../faults/faults.js";
import type { Webhook } from "./provider-ledger.js";

export type Letter = Readonly<{ provider: string; webhook: Webhook }>;

const pauseMs = 2_000;
const triesMax = 6;
const patienceMs = 5_000;

/** Brings providers' webhooks to a router that is up, again until it is acknowledged; or late, twice, or not at all. */
export class WebhookPost {
  /** What is told only tomorrow. */
  readonly dayLate: Letter[] = [];
  /** What a router has said that it has, each time. */
  readonly acknowledged: Letter[] = [];
  underWay = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly faults: Faults,
    private readonly anyRouter: () => Router | undefined,
  ) {}

  tell(provider: string, webhook: Webhook, told: "at_best" | "for_sure"): void {
    const { faults } = this;
    const letter = { provider, webhook };
    if (told === "at_best" && faults.strikes("webhook_lost")) return;
    if (faults.strikes("webhook_day_late")) return void this.dayLate.push(letter);
    const laterMs = faults.strikes("webhook_shuffled") ? faults.luck("webhook_shuffled").share() * 15_000 : this.random.share() * 100;
    this.#deliver(letter, laterMs, told === "for_sure" ? Number.POSITIVE_INFINITY : triesMax);
    if (faults.strikes("webhook_repeated")) this.#deliver(letter, faults.luck("webhook_repeated").share() * 10_000, triesMax);
  }

  /** A day has passed. */
  tellLate(): void {
    for (const letter of this.dayLate.splice(0)) this.#deliver(letter, this.random.share() * 1_000, Number.POSITIVE_INFINITY);
  }

  #deliver(letter: Letter, afterMs: number, triesLeft: number): void {
    const { time } = this;
    this.underWay += 1;
    let over = false;
    const end = (acknowledged: boolean): void => {
      if (over) return;
      over = true;
      this.underWay -= 1;
      if (acknowledged) this.acknowledged.push(letter);
      else if (triesLeft > 1) this.#deliver(letter, pauseMs, triesLeft - 1);
    };
    time.at(time.nowMs + afterMs, () => {
      time.at(time.nowMs + patienceMs, () => end(false)); // a process that died never acknowledges
      const raw = { pathToken: "", headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(letter.webhook)) };
      void this.anyRouter()?.webhooks.receive(letter.provider, raw).then((received) => end(received === "stored"));
    });
  }
}
