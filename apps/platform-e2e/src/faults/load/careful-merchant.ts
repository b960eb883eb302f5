import { setTimeout as delay } from "node:timers/promises";
import type { ClientAnswer } from "@malipo/simulation/judges";
import { paymentIdOf } from "@malipo/security";
import type { CreateBody, TestMerchant } from "../../harness/test-merchant.js";
import type { ClientJournal } from "./client-journal.js";

/** Above the 12 s within which the API answers a create. */
const patienceMs = 13_000;
/** Longer than any fault stands and heals. */
const givesUpAfterMs = 240_000;
/** Before the second try, the third, …: whoever waits in a crowd must not be what holds the recovery up. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000];

export interface CreateOptions {
  readonly idempotencyKey?: string;
  /** Where the first try goes, as an index into the addresses. */
  readonly first: number;
  /** The statuses that say something of the payment; anything else but "later" is a complaint. */
  readonly expected: readonly number[];
  /** Told of the first answer that says something. */
  readonly onAnswer?: () => void;
}

const isLater = ({ status, code }: ClientAnswer): boolean => status === 503 || status === 429 || (status === 409 && code === "request_in_progress");

/** Asks again, at the other address, until there is an answer; never with a second payment. */
export class CarefulMerchant {
  constructor(
    readonly merchant: TestMerchant,
    private readonly addresses: readonly string[],
    private readonly journal: ClientJournal,
  ) {}

  get account(): string {
    return `${this.merchant.credentials.merchantId}/test`;
  }

  paymentId(reference: string): string {
    return paymentIdOf(this.merchant.credentials.merchantId as Parameters<typeof paymentIdOf>[0], "test", "kodipay", reference);
  }

  async create(body: CreateBody, { idempotencyKey, first, expected, onAnswer }: CreateOptions): Promise<ClientAnswer | undefined> {
    const json = JSON.stringify(body);
    const headers = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
    const asked = { kind: "create", account: this.account, reference: body.reference, body: json, ...(idempotencyKey !== undefined && { idempotencyKey }) } as const;
    const send = (base: string) => () => this.merchant.send("/api/v1/payments", { body: json, headers, timeoutMs: patienceMs }, base);
    const answer = await this.untilAnswered(first, (base) => this.journal.note(asked, send(base)), `create of ${body.reference}`);
    if (answer === undefined) return undefined;
    if (!expected.includes(answer.status)) {
      this.journal.complaints.push(`create of ${body.reference} answered ${answer.status}, expected ${expected.join(" or ")}: ${answer.body.slice(0, 300)}`);
      return undefined;
    }
    onAnswer?.();
    return answer;
  }

  async status(orderNumber: string, first: number): Promise<ClientAnswer | undefined> {
    const asked = { kind: "status", account: this.account, orderNumber } as const;
    const send = (base: string) => () => this.merchant.send(`/api/v1/payments/${orderNumber}/status`, { timeoutMs: patienceMs }, base);
    const answer = await this.untilAnswered(first, (base) => this.journal.note(asked, send(base)), `status of ${orderNumber}`);
    if (answer !== undefined && answer.status !== 200) this.journal.complaints.push(`status of ${orderNumber} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    return answer;
  }

  private async untilAnswered(first: number, ask: (base: string) => Promise<ClientAnswer | undefined>, what: string): Promise<ClientAnswer | undefined> {
    const end = performance.now() + givesUpAfterMs;
    for (let tried = 0; performance.now() < end; tried += 1) {
      const answer = await ask(this.addresses[(first + tried) % this.addresses.length]!);
      if (answer !== undefined && !isLater(answer)) return answer;
      // Where nobody listens, the other address is asked at once, as a balancer in front would do.
      if (answer !== undefined || tried > 0) await delay(pausesMs[Math.min(tried, pausesMs.length - 1)]! * (0.5 + Math.random()));
    }
    this.journal.complaints.push(`${what}: no answer within ${givesUpAfterMs / 1_000} s`);
    return undefined;
  }
}
