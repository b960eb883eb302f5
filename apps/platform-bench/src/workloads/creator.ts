import type { CallbackSink } from "../load/callback-sink.js";
import { TestMerchant, payerIn } from "@malipo/platform-e2e";
import type { DemoFile } from "@malipo/local-platform";
import { Pool } from "undici";

export interface Created {
  readonly merchant: TestMerchant;
  readonly reference: string;
  readonly orderNumber: string;
}

/** What came back: a status, or the code of a connection that failed. */
export interface Reply {
  readonly status: number | string;
  /** Whole seconds; undefined where the answer names none. */
  readonly retryAfterS: number | undefined;
}

/** Creates payments in turn for each merchant, and remembers what was acknowledged. */
export class Creator {
  readonly created: Created[] = [];
  /** Answers other than 201, by status. */
  readonly refused = new Map<string, number>();
  private readonly run = performance.timeOrigin.toString(36);
  private readonly pool: Pool;

  private constructor(
    private readonly merchants: readonly TestMerchant[],
    private readonly tokens: readonly string[],
    baseUrl: string,
    connections: number,
  ) {
    this.pool = new Pool(baseUrl, { connections, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  static async with(demo: DemoFile, count: number, connections: number, sink: CallbackSink | undefined): Promise<Creator> {
    const merchants: TestMerchant[] = [];
    for (let at = 0; at < count; at += 1) merchants.push(await TestMerchant.provision(demo, sink, `Merchant ${at + 1}`));
    const tokens = await Promise.all(merchants.map((merchant) => merchant.token()));
    return new Creator(merchants, tokens, demo.baseUrl, connections);
  }

  get accounts(): readonly string[] {
    return this.merchants.map(({ credentials }) => `${credentials.merchantId}/test`);
  }

  referenceOf(phase: string, index: number): string {
    return `${this.run}-${phase}-${index}`;
  }

  /** True when it was acknowledged with 201. */
  async create(phase: string, index: number): Promise<boolean> {
    const { status } = await this.send(phase, index);
    if (status !== 201) this.refused.set(String(status), (this.refused.get(String(status)) ?? 0) + 1);
    return status === 201;
  }

  async send(phase: string, index: number): Promise<Reply> {
    const at = index % this.merchants.length;
    const merchant = this.merchants[at]!;
    const reference = this.referenceOf(phase, index);
    const body = JSON.stringify(merchant.body("COD", { reference, walletID: payerIn("COD") }));
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.tokens[at]}` };
    try {
      const answer = await this.pool.request({ path: "/api/v1/payments", method: "POST", headers, body });
      const { statusCode: status } = answer;
      if (status === 201) {
        const { orderNumber } = (await answer.body.json()) as { orderNumber: string };
        this.created.push({ merchant, reference, orderNumber });
      } else {
        await answer.body.dump();
      }
      return { status, retryAfterS: wholeSeconds(answer.headers["retry-after"]) };
    } catch (error) {
      return { status: error instanceof Error && "code" in error ? String(error.code) : String(error), retryAfterS: undefined };
    }
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

const wholeSeconds = (header: string | readonly string[] | undefined): number | undefined =>
  typeof header === "string" && /^[1-9][0-9]*$/.test(header) ? Number(header) : undefined;
