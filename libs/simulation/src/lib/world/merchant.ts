import { encodePaymentCommand, toJsonBytes } from "@malipo/event-contracts";
import { type Account, type CommandId, type OrderNumber, money, parseAccount } from "@malipo/kernel";
import type { NextCandidate } from "@malipo/payment-lifecycle";
import type { IntakeCore } from "@malipo/payment-intake";
import { paymentIdOf } from "@malipo/security";
import type { SeededRandom, SimulatedTime } from "@malipo/event-log/simulated";
import type { CreateAnswered, Seen } from "../judges/judge-answers.js";
import { times } from "./services.js";
import { usd } from "./simulated-provider.js";

export type Wanted = Readonly<{
  account: Account;
  reference: string;
  minor: bigint;
  channels: readonly NextCandidate[];
  idempotencyKey: string | undefined;
  wantsCallbacks: boolean;
  /** Thinks better of it at once. */
  cancels: boolean;
}>;

/** Gives one that is up now. */
export type AnyIntake = () => IntakeCore | undefined;

const patienceMs = 15_000;
const triesMax = 40;

/** A merchant's program: creates a payment, repeats itself until it has an answer, and looks at what it was told. */
export class Merchant {
  readonly answers: CreateAnswered[] = [];
  readonly seen: Seen[] = [];
  underWay = 0;
  readonly #newest = new Map<string, number>();

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly anyIntake: AnyIntake,
  ) {}

  wants(wanted: Wanted, atMs: number): void {
    this.underWay += 1;
    this.time.at(atMs, () => {
      void this.#create(wanted).finally(() => (this.underWay -= 1));
    });
  }

  async #create(wanted: Wanted): Promise<void> {
    const { account, reference } = wanted;
    for (let tries = 0; tries < triesMax; tries += 1) {
      const answer = await this.#ask((intake) => intake.createPayment.execute(requestOf(wanted)));
      if (answer.kind === "value") {
        const { orderNumber } = JSON.parse(answer.value.body) as { orderNumber: string };
        this.answers.push({ account, reference, status: answer.value.status, orderNumber, body: answer.value.body, keyed: wanted.idempotencyKey !== undefined });
        if (wanted.cancels) await this.#cancel(wanted);
        return this.#look(account, orderNumber);
      }
      if (answer.kind === "problem" && answer.code === "reference_already_used") {
        const orderNumber = String(answer.details["orderNumber"]);
        this.answers.push({ account, reference, status: 409, orderNumber, body: "", keyed: false });
        return this.#look(account, orderNumber);
      }
      await this.#sleep(200 + this.random.share() * 1_500);
    }
    this.answers.push({ account, reference, status: 0, orderNumber: "", body: "", keyed: false });
  }

  /** No API takes a cancellation yet; the decider does. */
  async #cancel({ account, reference }: Wanted): Promise<void> {
    const { merchantId, mode } = parseAccount(account);
    const paymentId = paymentIdOf(merchantId, mode, "kodipay", reference);
    const { type, value } = encodePaymentCommand({ type: "CancelPayment", paymentId, by: "merchant" });
    const command = { id: this.random.uuid() as CommandId, type, subject: paymentId, value: toJsonBytes(value) };
    await this.#ask((intake) => intake.commands.execute(command, { account }));
  }

  /** What was answered once is never "not found" anywhere, and never older than what was seen before. */
  async #look(account: Account, orderNumber: string): Promise<void> {
    for (let times = 0; times < 2; times += 1) {
      const atLeast = Math.max(1, this.#newest.get(orderNumber) ?? 0);
      const row = await this.#ask((intake) => intake.payments.byOrderNumber(account, orderNumber as OrderNumber));
      if (row.kind === "value") {
        const version = row.value?.version ?? 0;
        this.seen.push({ orderNumber, version, atLeast });
        this.#newest.set(orderNumber, Math.max(version, this.#newest.get(orderNumber) ?? 0));
      }
      await this.#sleep(this.random.share() * 4_000);
    }
  }

  async #ask<Value>(question: (intake: IntakeCore) => Promise<Value>): Promise<Answer<Value>> {
    const intake = this.anyIntake();
    if (intake === undefined) return { kind: "nothing" };
    const late = this.#sleep(patienceMs).then((): Answer<Value> => ({ kind: "nothing" }));
    const answered = question(intake).then(
      (value): Answer<Value> => ({ kind: "value", value }),
      (error: unknown): Answer<Value> => {
        const { code, options } = error as { code?: string; options?: { details?: Readonly<Record<string, unknown>> } };
        return { kind: "problem", code: code ?? String(error), details: options?.details ?? {} };
      },
    );
    return Promise.race([answered, late]);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.time.at(this.time.nowMs + ms, resolve));
  }
}

type Answer<Value> =
  | Readonly<{ kind: "value"; value: Value }>
  | Readonly<{ kind: "problem"; code: string; details: Readonly<Record<string, unknown>> }>
  | Readonly<{ kind: "nothing" }>;

const requestOf = ({ account, reference, minor, channels, idempotencyKey, wantsCallbacks }: Wanted): Parameters<IntakeCore["createPayment"]["execute"]>[0] => {
  const amount = money(minor, usd);
  const { expiresAfterMs, resolveAfterMs } = times;
  return {
    account,
    reference,
    amount,
    method: "mobile_money",
    payer: { msisdn: "+243812345678", country: "COD" },
    terms: { version: 0, feeFixed: money(0n, usd), feeBasisPoints: 0, channels, expiresAfterMs, resolveAfterMs },
    callbackUrl: wantsCallbacks ? "https://merchant.example/callbacks" : undefined,
    idempotencyKey,
    canonicalBody: JSON.stringify([reference, String(minor)]),
    trace: {} as Parameters<IntakeCore["createPayment"]["execute"]>[0]["trace"],
  };
};
