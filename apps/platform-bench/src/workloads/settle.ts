import { Sandbox, query, type LedgerEntry } from "@malipo/platform-e2e";
import { waitUntil, type DemoFile } from "@malipo/local-platform";

const settleWithinMs = 120_000;

interface Counted {
  readonly all: string;
  readonly completed: string;
}

/** What the platform's own read model says of these accounts. */
const counted = async (demo: DemoFile, accounts: readonly string[]): Promise<Counted> => {
  const text = "select count(*)::text as all, (count(*) filter (where status = 'completed'))::text as completed from payment_summaries where account = any($1)";
  const [row] = await query<Counted>(demo.databaseUrl, text, [accounts], "malipo_decider");
  return row!;
};

/** Waits until every acknowledged payment is completed in the read model; answers what is missing when time is up. */
export const settle = async (demo: DemoFile, accounts: readonly string[], payments: () => number): Promise<string | undefined> => {
  let last: Counted | undefined;
  const done = async (): Promise<true | undefined> => {
    last = await counted(demo, accounts);
    return Number(last.completed) >= payments() ? true : undefined;
  };
  try {
    await waitUntil(done, { timeoutMs: settleWithinMs, everyMs: 250, what: "every payment is completed" });
    return undefined;
  } catch (error) {
    return `${String(error)}: ${payments()} acknowledged, ${last?.all} known, ${last?.completed} completed`;
  }
};

export const ledgerOf = (demo: DemoFile): Promise<readonly LedgerEntry[]> => new Sandbox(demo.urls.sandbox).ledger();
