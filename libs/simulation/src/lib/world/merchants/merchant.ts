import { encodePaymentCommand, toJsonBytes } from "@malipo/event-contracts";
import { type Account, type CommandId, type OrderNumber, money, parseAccount } from "@malipo/kernel";
import type { NextCandidate } from "@malipo/payment-lifecycle";
import type { IntakeCore } from "@malipo/payment-intake";
import { paymentIdOf } from "@malipo/security";
import { type SeededRandom, SimulatedClock, type SimulatedTime } from "@malipo/event-log/simulated";
import type { ClientAnswer, ClientRequest } from "../../judges/journals.js";
import { times } from "../processes/intake.js";
import { kes } from "../providers/simulated-provider.js";
import { callbackUrlOf } from "./merchant-endpoint.js";

export type Wanted = Readonly<{
  account: Account;
  reference: string;
  minor: bigint;
  msisdn: string;
  channels: readonly NextCandidate[];
  idempotencyKey: string | undefined;
  wantsCallbacks: boolean;
  /** Thinks better of it at once. */
  cancels: boolean;
  /** Tries the same reference, or the same key, with this amount once it was answered. */
  changedTo: bigint | undefined;
}>;

/** Gives one that is up now. */
export type AnyIntake = () => IntakeCore | undefined;

const patienceMs = 15_000;
/** Through an outage of everything: a log without its end is restored only when the world is healed. */
const triesMax = 120;

/** A merchant's programs: create a payment, repeat themselves until they have an answer, and look at what they were told. */
export class Merchant {
  readonly requests: ClientRequest[] = [];
  /** References of creates that were never answered, however often they were repeated. */
  readonly gaveUp: string[] = [];
  underWay = 0;
  readonly #clock: SimulatedClock;

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly anyIntake: AnyIntake,
  ) {
    this.#clock = new SimulatedClock(time);
  }

  wants(wanted: Wanted, atMs: number): void {
    this.underWay += 1;
    this.time.at(atMs, () => {
      void this.#create(wanted).finally(() => (this.underWay -= 1));
    });
  }

  async #create(wanted: Wanted): Promise<void> {
    const { account, reference, changedTo } = wanted;
    for (let tries = 0; tries < triesMax; tries += 1) {
      const answer = await this.#ask("create", wanted);
      if (answer?.orderNumber !== undefined) {
        if (wanted.cancels && answer.status === 201) await this.#cancel(wanted);
        if (changedTo !== undefined) await this.#ask("create", { ...wanted, minor: changedTo });
        return this.#look(account, answer.orderNumber);
      }
      if (answer !== undefined && answer.status < 500) return; // refused for good, and the journal says why
      await this.#sleep(200 + this.random.share() * 1_500);
    }
    this.gaveUp.push(`${account} ${reference}`);
  }

  /** No API takes a cancellation yet; the decider does. */
  async #cancel({ account, reference }: Wanted): Promise<void> {
    const { merchantId, mode } = parseAccount(account);
    const paymentId = paymentIdOf(merchantId, mode, "kodipay", reference);
    const { type, value } = encodePaymentCommand({ type: "CancelPayment", paymentId, by: "merchant" });
    const command = { id: this.random.uuid() as CommandId, type, subject: paymentId, value: toJsonBytes(value) };
    await this.#within(async (intake) => void (await intake.commands.execute(command, { account })));
  }

  /** What was answered once is never "not found" anywhere, and never older than what was seen before. */
  async #look(account: Account, orderNumber: string): Promise<void> {
    for (let looks = 0; looks < 2; looks += 1) {
      const beganMs = this.#clock.now();
      const answer = await this.#within(async (intake): Promise<ClientAnswer> => {
        const row = await intake.payments.byOrderNumber(account, orderNumber as OrderNumber);
        if (row === undefined) return { status: 404, body: "", code: "not_found" };
        return { status: 200, body: "", orderNumber, version: row.version, paymentStatus: row.status };
      });
      this.requests.push({ kind: "status", account, orderNumber, beganMs, endedMs: this.#clock.now(), ...(answer !== undefined && { answer }) });
      await this.#sleep(this.random.share() * 4_000);
    }
  }

  async #ask(kind: "create", wanted: Wanted): Promise<ClientAnswer | undefined> {
    const { account, reference, idempotencyKey } = wanted;
    const request = requestOf(wanted);
    const beganMs = this.#clock.now();
    const asked = { kind, account, reference, body: request.canonicalBody, beganMs, endedMs: beganMs, ...(idempotencyKey !== undefined && { idempotencyKey }) };
    // Written down before it is sent: whoever judges in between must know that it is under way.
    this.requests.push(asked);
    const answer = await this.#within(async (intake): Promise<ClientAnswer> => {
      const { status, body, replayed } = await intake.createPayment.execute(request);
      const { orderNumber, status: paymentStatus } = JSON.parse(body) as { orderNumber: string; status: string };
      return { status, body, replayed, orderNumber, paymentStatus };
    });
    Object.assign(asked, { endedMs: this.#clock.now(), ...(answer !== undefined && { answer }) });
    return answer;
  }

  /** What a program is told within its patience; undefined when there is nobody to ask, or no answer. */
  async #within<Value>(question: (intake: IntakeCore) => Promise<Value>): Promise<Value | ClientAnswer | undefined> {
    const intake = this.anyIntake();
    if (intake === undefined) return undefined;
    const late = this.#sleep(patienceMs).then(() => undefined);
    return Promise.race([question(intake).catch(problem), late]);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.time.at(this.time.nowMs + ms, resolve));
  }
}

/** As the HTTP edge would render it; what is no problem of ours is a 500. */
const problem = (error: unknown): ClientAnswer => {
  const { code = "internal_error", status = 500, options } = error as Readonly<{ code?: string; status?: number; options?: { details?: Readonly<Record<string, unknown>> } }>;
  const orderNumber = options?.details?.["orderNumber"];
  return { status, code, body: JSON.stringify({ code }), ...(typeof orderNumber === "string" && { orderNumber }) };
};

const requestOf = ({ account, reference, minor, msisdn, channels, idempotencyKey, wantsCallbacks }: Wanted): Parameters<IntakeCore["createPayment"]["execute"]>[0] => {
  const { expiresAfterMs, resolveAfterMs } = times;
  return {
    account,
    reference,
    amount: money(minor, kes),
    method: "mobile_money",
    payer: { msisdn, country: "KEN" },
    terms: { version: 0, feeFixed: money(0n, kes), feeBasisPoints: 0, channels, expiresAfterMs, resolveAfterMs },
    callbackUrl: wantsCallbacks ? callbackUrlOf(account) : undefined,
    idempotencyKey,
    canonicalBody: JSON.stringify([reference, String(minor)]),
    trace: {} as Parameters<IntakeCore["createPayment"]["execute"]>[0]["trace"],
  };
};
