import type { HttpClient, HttpOutcome, HttpRequest } from "@malipo/ports";
import type { SeededRandom, SimulatedScheduler, SimulatedTime } from "@malipo/event-log/simulated";
import type { AcceptedCallback } from "../judges/journals.js";

const answer = (status: number): HttpOutcome => ({ kind: "response", status, headers: {}, body: new Uint8Array(), truncated: false });

/** Where merchants take callbacks, and write down what they accepted in the order in which they did. */
export class MerchantEndpoint {
  readonly accepted: AcceptedCallback[] = [];

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly faults: () => number,
  ) {}

  /** As one dispatcher reaches it. */
  clientFor(scheduler: SimulatedScheduler): HttpClient {
    return { send: (request) => this.#send(request, scheduler) };
  }

  async #send({ body, deadlineMs }: HttpRequest, scheduler: SimulatedScheduler): Promise<HttpOutcome> {
    const { random, time } = this;
    await scheduler.sleep(random.share() * 30);
    if (random.chance(this.faults() / 3)) return { kind: "not_sent", cause: "connection_refused" };
    const { promise, resolve } = Promise.withResolvers<HttpOutcome>();
    scheduler.after(deadlineMs, () => resolve({ kind: "unknown", cause: "timeout" }));
    time.at(time.nowMs + random.share() * (random.chance(0.05) ? 3_000 : 40), () => {
      if (random.chance(this.faults() / 2)) return void scheduler.after(5, () => resolve(answer(random.chance(0.5) ? 503 : 500)));
      this.accepted.push(JSON.parse(Buffer.from(body!).toString()) as AcceptedCallback);
      if (random.chance(this.faults() / 2)) return; // accepted, but the answer is lost
      scheduler.after(random.share() * 40, () => resolve(answer(random.chance(0.5) ? 200 : 204)));
    });
    return promise;
  }
}
