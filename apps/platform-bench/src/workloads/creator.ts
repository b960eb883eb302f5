import type { CallbackSink } from "../load/callback-sink.js";
import { TestMerchant, payerIn } from "@malipo/platform-e2e";
import type { DemoFile } from "@malipo/local-platform";
import { Pool } from "undici";

export interface Created {
  readonly merchant: TestMerchant;
  readonly reference: string;
  readonly orderNumber: string;
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
    const at = index % this.merchants.length;
    const merchant = this.merchants[at]!;
    const reference = this.referenceOf(phase, index);
    const body = JSON.stringify(merchant.body("COD", { reference, walletID: payerIn("COD") }));
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.tokens[at]}` };
    try {
      const answer = await this.pool.request({ path: "/api/v1/payments", method: "POST", headers, body });
      if (answer.statusCode === 201) {
        const { orderNumber } = (await answer.body.json()) as { orderNumber: string };
        this.created.push({ merchant, reference, orderNumber });
        return true;
      }
      await answer.body.dump();
      this.count(String(answer.statusCode));
    } catch (error) {
      this.count(error instanceof Error && "code" in error ? String(error.code) : String(error));
    }
    return false;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private count(why: string): void {
    this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
  }
}
