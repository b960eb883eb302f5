import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LaunchedPlatform } from "@malipo/platform-e2e";
import { benchEnvironment } from "../environment.js";
import { watchMemory } from "../measure/memory.js";
import { between, processorTimes } from "../measure/processor-time.js";
import { audit, shown } from "../workloads/audit.js";
import { Creator } from "../workloads/creator.js";
import { ledgerOf, settle } from "../workloads/settle.js";
import { type Phase, type PhaseResult, runPhase } from "./phase.js";
import { overloadSummary, overloadTable, type OverloadMeasured } from "./overload-report.js";

export interface OverloadOptions {
  /** How long the overload lasts. */
  readonly seconds: number;
  /** Where the search for the capacity begins. */
  readonly ratePerSecond: number;
  /** How many times the capacity is asked for. */
  readonly times: number;
  readonly merchants: number;
  readonly connections: number;
  /** Folder of a platform that runs already; it is left running. */
  readonly home: string | undefined;
}

const warmUpSeconds = 10;
const stepSeconds = 6;
const growth = 1.3;
const keptShare = 0.99;
/** Work left over after a step that takes longer than this was more than the platform keeps up with. */
const drainMsMax = 3_000;
const recoverySeconds = 35;

/**
 * Finds what the platform keeps, asks for a multiple of it, and then for half. False when something was lost, doubled,
 * or answered in a way that no client can act on; whether the numbers are good is for the reader.
 */
export const overload = async (options: OverloadOptions, say: (line: string) => void): Promise<boolean> => {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "malipo-bench-"));
  if (options.home === undefined) say("starting a platform of its own …");
  const platform = await LaunchedPlatform.start(home, benchEnvironment);
  let creator: Creator | undefined;
  try {
    const { demo } = platform;
    const using = (creator = await Creator.with(demo, options.merchants, options.connections, undefined));
    const run = (phase: Phase): Promise<PhaseResult> => {
      say(`${phase.name}: ${phase.ratePerSecond}/s for ${phase.seconds} s …`);
      return runPhase(using, phase, options.connections);
    };
    const drain = async (): Promise<{ readonly tookMs: number; readonly unsettled: string | undefined }> => {
      const beganMs = performance.now();
      const unsettled = await settle(demo, using.accounts, () => using.created.length);
      return { tookMs: performance.now() - beganMs, unsettled };
    };

    await run({ name: "warm-up", ratePerSecond: options.ratePerSecond, seconds: warmUpSeconds });
    await drain();
    let capacity = 0;
    for (let ratePerSecond = options.ratePerSecond; ; ratePerSecond = Math.round(ratePerSecond * growth)) {
      const { book } = await run({ name: `search-${ratePerSecond}`, ratePerSecond, seconds: stepSeconds });
      const { tookMs, unsettled } = await drain();
      say(`  ${book.good} of ${book.intended} in time, p99 ${book.accepted.ms(99)} ms, all completed ${Math.round(tookMs)} ms later`);
      if (unsettled !== undefined || book.good < book.intended * keptShare || tookMs > drainMsMax) break;
      capacity = ratePerSecond;
    }
    if (capacity === 0) throw new Error(`not even ${options.ratePerSecond}/s is kept; begin lower with --rate`);

    const memory = watchMemory(demo.pids);
    const before = processorTimes(demo.pids);
    const over = await run({ name: "overload", ratePerSecond: Math.round(capacity * options.times), seconds: options.seconds });
    const times = between(before, processorTimes(demo.pids));
    const after = await run({ name: "recovery", ratePerSecond: Math.max(1, Math.round(capacity / 2)), seconds: recoverySeconds });
    const { tookMs: drainMs, unsettled } = await drain();
    say("auditing …");
    const faults = [...(unsettled === undefined ? [] : [unsettled]), ...answerFaults(over), ...answerFaults(after), ...audit(using.created, await ledgerOf(demo), undefined)];
    const measured: OverloadMeasured = { capacity, over, after, drainMs, times, memory: memory(), acknowledged: using.created.length, faults };
    for (const line of overloadTable(measured)) say(line);
    for (const fault of shown(faults)) say(`AUDIT: ${fault}`);
    say(JSON.stringify(overloadSummary(measured)));
    return faults.length === 0;
  } finally {
    await creator?.close();
    if (options.home === undefined) {
      await platform.stop();
      rmSync(home, { recursive: true, force: true });
    }
  }
};

const answerFaults = ({ name, book }: PhaseResult): readonly string[] => [
  ...(book.withoutRetryAfter > 0 ? [`${name}: ${book.withoutRetryAfter} refusals without Retry-After`] : []),
  ...book.strange.map((status) => `${name}: ${book.byStatus.get(status)} creates were answered ${status}`),
];
