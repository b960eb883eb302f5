import { paymentIdOf } from "@malipo/security";
import { waitUntil } from "@malipo/local-platform";
import { CallbackJournal, faultsInOrder } from "./callback-journal.js";
import { cli } from "./cli.js";
import { query } from "./database.js";
import type { LaunchedPlatform } from "./launched-platform.js";
import { Sandbox } from "./sandbox.js";
import { sharedPlatform } from "./shared-platform.js";
import { TestMerchant, type CreateBody } from "./test-merchant.js";

export interface Review {
  readonly kind: string;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
}

/** What a file of specs works with: the shared platform, a merchant of its own, and its callbacks. */
export class World {
  private constructor(
    readonly platform: LaunchedPlatform,
    readonly journal: CallbackJournal,
    readonly merchant: TestMerchant,
    readonly sandbox: Sandbox,
  ) {}

  static async open(): Promise<World> {
    const platform = await sharedPlatform();
    const journal = await CallbackJournal.open();
    const merchant = await TestMerchant.provision(platform.demo, journal).catch(async (error: unknown) => {
      await journal.close();
      throw error;
    });
    return new World(platform, journal, merchant, new Sandbox(platform.demo.urls.sandbox));
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  paymentId(reference: string, merchant = this.merchant): string {
    return paymentIdOf(merchant.credentials.merchantId as Parameters<typeof paymentIdOf>[0], "test", "kodipay", reference);
  }

  reviews(paymentId: string): Promise<readonly Review[]> {
    const text = "select kind, opened_at, closed_at from payment_reviews where payment_id = $1 order by opened_at";
    return query<Review>(this.platform.demo.databaseUrl, text, [paymentId], "malipo_decider");
  }

  /** Settles once the payment is on the list of what a person has to look at. */
  async awaitReview(paymentId: string, kind: string, timeoutMs = 45_000): Promise<Review> {
    const ask = async (): Promise<Review | undefined> => (await this.reviews(paymentId)).find((review) => review.kind === kind);
    return waitUntil(ask, { timeoutMs, everyMs: 250, what: `review ${kind} of ${paymentId}` });
  }

  cli(...args: readonly string[]): Promise<string> {
    return cli(this.platform, ...args);
  }

  /**
   * Runs a check of one payment; when it fails, says what the callbacks, the ledger, and the log know of that payment.
   */
  async explain(body: CreateBody, check: () => Promise<void>, merchant = this.merchant): Promise<void> {
    try {
      await check();
    } catch (error) {
      const told = await Promise.all([
        this.sandbox.charges(body.walletID).then(JSON.stringify),
        this.cli("timeline", body.reference, "--merchant", merchant.credentials.merchantId),
      ]).catch((fault: unknown) => [`no timeline: ${String(fault)}`]);
      const callbacks = JSON.stringify(this.journal.of(body.reference));
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${body.walletID} ${body.reference}: ${message}\ncallbacks ${callbacks}\n${told.join("\n")}`, { cause: error });
    }
  }

  orderFaults(reference: string): readonly string[] {
    return faultsInOrder(this.journal.of(reference));
  }
}
