import { call, expect2xx } from "./http.js";

export interface LedgerEntry {
  readonly id: string;
  readonly kind: "charge" | "payout" | "refund";
  readonly provider: string;
  readonly paymentId: string;
  readonly payer: string;
  readonly amount: string;
  readonly currency: string;
  readonly at: string;
}

/** What the simulated providers really did, and what they are told to do. */
export class Sandbox {
  constructor(private readonly url: string) {}

  async ledger(query: Readonly<{ payer?: string; paymentId?: string }> = {}): Promise<readonly LedgerEntry[]> {
    const { entries } = await expect2xx<{ entries: LedgerEntry[] }>(`${this.url}/_sandbox/ledger?${new URLSearchParams(query)}`);
    return entries;
  }

  async charges(payer: string): Promise<readonly LedgerEntry[]> {
    return (await this.ledger({ payer })).filter(({ kind }) => kind === "charge");
  }

  /** How many requests the simulated providers have had, tokens and queries included. */
  async requests(): Promise<number> {
    const { text } = await call(`${this.url}/metrics`);
    const counts = [...text.matchAll(/^sandbox_requests_total\{[^}]*\} (\d+)$/gm)];
    if (!text.includes("sandbox_requests_total")) throw new Error("the sandbox does not count its requests");
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async scenario(match: Readonly<{ payer?: string; provider?: string }>, behaviour: string, times?: number): Promise<void> {
    await expect2xx(`${this.url}/_sandbox/scenarios`, { json: { match, behaviour, ...(times !== undefined && { times }) } });
  }

  async clearScenarios(): Promise<void> {
    await expect2xx(`${this.url}/_sandbox/scenarios`, { method: "DELETE" });
  }

  async listeners(provider: "pawapay" | "daraja", state: "open" | "refuse" | "hang"): Promise<void> {
    await expect2xx(`${this.url}/_sandbox/listeners`, { json: { provider, state } });
  }
}
