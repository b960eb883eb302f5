import type { Account } from "@malipo/kernel";
import type { HttpClient, HttpOutcome, HttpRequest } from "@malipo/ports";
import { type SeededRandom, SimulatedClock, type SimulatedScheduler, type SimulatedTime } from "@malipo/event-log/simulated";
import type { AcceptedCallback } from "../../judges/journals.js";
import type { FaultKind } from "../faults/fault-kinds.js";
import type { Faults } from "../faults/faults.js";
import type { CallbackSecrets } from "./callback-secrets.js";

const answer = (status: number): HttpOutcome => ({ kind: "response", status, headers: {}, body: new Uint8Array(), truncated: false });

/** What a merchant answers when it does not take a callback. */
const refusals: readonly (readonly [FaultKind, readonly number[]])[] = [
  ["endpoint_failing", [500, 503]],
  ["endpoint_refuses", [400, 404]],
  ["endpoint_gone", [410]],
  ["endpoint_limits", [429]],
];

const host = ".merchant.example";
export const callbackUrlOf = (account: Account): string => `https://${account.replace("/", "-")}${host}/callbacks?token=${account.slice(0, 8)}-callback-token`;
const accountOfUrl = (url: string): Account => new URL(url).hostname.slice(0, -host.length).replace("-", "/") as Account;

/** Where merchants take callbacks, check their signature, and write down what they accepted in the order in which they did. */
export class MerchantEndpoint {
  readonly accepted: AcceptedCallback[] = [];
  /** Until when somebody's endpoint takes nothing. */
  readonly #deadUntilMs = new Map<Account, number>();
  readonly #clock: SimulatedClock;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly faults: Faults,
    private readonly secrets: CallbackSecrets,
  ) {
    this.#clock = new SimulatedClock(time);
  }

  /** As one dispatcher reaches it. */
  clientFor(scheduler: SimulatedScheduler): HttpClient {
    return { send: (request) => this.#send(request, scheduler) };
  }

  die(account: Account, forMs: number): void {
    this.#deadUntilMs.set(account, Math.max(this.time.nowMs + forMs, this.#deadUntilMs.get(account) ?? 0));
  }

  async #send({ url, headers, body = new Uint8Array(), deadlineMs }: HttpRequest, scheduler: SimulatedScheduler): Promise<HttpOutcome> {
    const { random, time, faults } = this;
    const account = accountOfUrl(url);
    await scheduler.sleep(random.share() * 30);
    if (faults.strikes("endpoint_unreachable")) return { kind: "not_sent", cause: "connection_refused" };
    const { promise, resolve } = Promise.withResolvers<HttpOutcome>();
    scheduler.after(deadlineMs, () => resolve({ kind: "unknown", cause: "timeout" }));
    const takesMs = faults.strikes("endpoint_slow") ? faults.luck("endpoint_slow").share() * deadlineMs * 1.5 : random.share() * 40;
    time.at(time.nowMs + takesMs, () => {
      if ((this.#deadUntilMs.get(account) ?? 0) > time.nowMs) return; // dead: nobody answers
      const status = this.#take(account, headers, body);
      if (status < 300 && faults.strikes("callback_answer_lost")) return;
      scheduler.after(random.share() * 40, () => resolve(answer(status)));
    });
    return promise;
  }

  #take(account: Account, headers: Readonly<Record<string, string>>, body: Uint8Array): number {
    const refusal = refusals.find(([kind]) => this.faults.strikes(kind));
    if (refusal !== undefined) return refusal[1][this.faults.luck(refusal[0]).below(refusal[1].length)]!;
    const signed = this.secrets.isSigned(account, headers, body);
    const told = JSON.parse(Buffer.from(body).toString()) as AcceptedCallback;
    this.accepted.push({ ...told, signed, atMs: this.#clock.now() });
    return this.random.chance(0.5) ? 200 : 204;
  }
}
