import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@malipo/local-platform";
import { LaunchedPlatform, SecondInstance, type Process } from "@malipo/platform-e2e";
import { benchEnvironment } from "../environment.js";
import { runPhase, type PhaseResult } from "../overload/phase.js";
import { audit, shown } from "../workloads/audit.js";
import { Creator } from "../workloads/creator.js";
import { ledgerOf, settle } from "../workloads/settle.js";
import { recoveryTable, type Recovered } from "./recovery-report.js";

export interface RecoveryOptions {
  readonly ratePerSecond: number;
  readonly merchants: number;
  readonly connections: number;
}

interface Crash {
  readonly what: string;
  readonly process: Process;
  /** Ask another instance than the one that dies. */
  readonly byAnother?: true;
  /** Counted from when it answers again, since how long that takes is not ours. */
  readonly fromReturn?: true;
  readonly aimSeconds: number;
}

const crashes: readonly Crash[] = [
  { what: "payment-intake, the only one", process: "payment-intake", aimSeconds: 8 },
  { what: "payment-intake, one of two", process: "payment-intake", byAnother: true, aimSeconds: 8 },
  { what: "provider-router", process: "provider-router", aimSeconds: 8 },
  { what: "kafka, from its return", process: "kafka", fromReturn: true, aimSeconds: 30 },
  { what: "postgres, from its return", process: "postgres", fromReturn: true, aimSeconds: 30 },
];

const calmSeconds = 5;
const keptShare = 0.95;
/** How long a broker may take to start on a busy machine, for the load to outlast it. */
const returnSecondsMax = 60;

/** Kills one process after the other under a steady load, and tells when creates are accepted as before. */
export const recovery = async (options: RecoveryOptions, say: (line: string) => void): Promise<boolean> => {
  const home = mkdtempSync(join(tmpdir(), "malipo-bench-"));
  say("starting a platform of its own …");
  const platform = await LaunchedPlatform.start(home, benchEnvironment);
  const { demo } = platform;
  const results: Recovered[] = [];
  const faults: string[] = [];
  try {
    for (const crash of crashes) {
      const second = crash.byAnother ? await SecondInstance.start(platform, crash.process) : undefined;
      const creator = await Creator.with(second === undefined ? demo : { ...demo, baseUrl: second.url }, options.merchants, options.connections, undefined);
      try {
        say(`${crash.what}: kill -9 under ${options.ratePerSecond}/s …`);
        const { phase, backMs } = await underLoad(platform, creator, crash, options);
        const { aimSeconds, what } = crash;
        const kept = phase.book.secondsUntilKept(keptShare);
        const seconds = kept === undefined ? undefined : Math.max(0, kept - calmSeconds - (crash.fromReturn ? backMs / 1_000 : 0));
        results.push({ what, aimSeconds, seconds, backSeconds: backMs / 1_000, answers: phase.book.byStatus });
        await platform.awaitReady();
        const unsettled = await settle(demo, creator.accounts, () => creator.created.length);
        faults.push(...(unsettled === undefined ? [] : [unsettled]), ...audit(creator.created, await ledgerOf(demo), undefined));
      } finally {
        await creator.close();
        await second?.stop();
      }
    }
    for (const line of recoveryTable(results)) say(line);
    for (const fault of shown(faults)) say(`AUDIT: ${fault}`);
    const told = results.map(({ answers, ...rest }) => ({ ...rest, answers: Object.fromEntries(answers) }));
    say(JSON.stringify({ workload: "recovery", results: told, audit: faults.length === 0 ? "ok" : "failed" }));
    return faults.length === 0;
  } finally {
    await platform.stop();
    rmSync(home, { recursive: true, force: true });
  }
};

/** The load outlasts the fault by more than what is allowed; `backMs` is how long after its death it ran again, a server also answering. */
const underLoad = async (
  platform: LaunchedPlatform,
  creator: Creator,
  { what, process: name, fromReturn, aimSeconds }: Crash,
  { ratePerSecond, connections }: RecoveryOptions,
): Promise<{ readonly phase: PhaseResult; readonly backMs: number }> => {
  const seconds = calmSeconds + aimSeconds + (fromReturn ? returnSecondsMax : 12);
  const crash = async (): Promise<number> => {
    await delay(calmSeconds * 1_000);
    const pid = platform.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    const diedMs = performance.now();
    process.kill(pid, "SIGKILL");
    await waitUntil(() => ((platform.pid(name) ?? pid) === pid ? undefined : true), { timeoutMs: 120_000, everyMs: 50, what: `${name} runs again` });
    return performance.now() - diedMs;
  };
  const [phase, backMs] = await Promise.all([runPhase(creator, { name: what.replaceAll(/[^a-z]/g, ""), ratePerSecond, seconds }, connections), crash()]);
  return { phase, backMs };
};
