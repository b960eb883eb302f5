import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LaunchedPlatform } from "@malipo/platform-e2e";
import { probeControl } from "./control/control-probe.js";
import { benchEnvironment } from "./environment.js";
import { CallbackSink } from "./load/callback-sink.js";
import { between, processorTimes, type ProcessorTimes } from "./measure/processor-time.js";
import { summaryOf, tableOf, type Measured } from "./report.js";
import { audit, shown } from "./workloads/audit.js";
import { Creator } from "./workloads/creator.js";
import { runLoad, type LoadResult } from "./workloads/run-load.js";
import { ledgerOf } from "./workloads/settle.js";

export const workloads = ["W2", "W3"] as const;

export type Workload = (typeof workloads)[number];

export interface BenchOptions {
  readonly workload: Workload;
  readonly seconds: number;
  readonly ratePerSecond: number;
  readonly merchants: number;
  readonly connections: number;
  readonly findRate: boolean;
}

const idleSeconds = 3;
/** At the rate that is measured: a broker that was just started spends more on compiling itself than on records. */
const warmUpSeconds = 10;
const searchSeconds = 6;
const searchGrowth = 1.5;
const keptP99MsMax = 1_000;
const searchTailMsMax = 1_000;

/** Runs one workload on a platform of its own. False when the audit found a fault. */
export const bench = async (options: BenchOptions, say: (line: string) => void): Promise<boolean> => {
  const home = mkdtempSync(join(tmpdir(), "malipo-bench-"));
  say("starting a platform of its own …");
  const platform = await LaunchedPlatform.start(home, benchEnvironment);
  const sink = options.workload === "W3" ? new CallbackSink() : undefined;
  let creator: Creator | undefined;
  try {
    await sink?.open();
    const { demo } = platform;
    creator = await Creator.with(demo, options.merchants, options.connections, sink);
    say("measuring a bare Fastify POST …");
    const controlMicroseconds = await probeControl();
    const idle = await idleTimes(demo.pids);
    const shared = { demo, creator, sink };
    const load = (phase: string, ratePerSecond: number, seconds: number): Promise<LoadResult> => {
      say(`${phase}: ${ratePerSecond}/s for ${seconds} s …`);
      return runLoad({ ...shared, phase, ratePerSecond, seconds });
    };
    await load("warm-up", options.ratePerSecond, warmUpSeconds);
    const ratePerSecond = options.findRate ? await findRate(options.ratePerSecond, load, say) : options.ratePerSecond;
    creator.refused.clear();

    const before = processorTimes(demo.pids);
    const result = await load("measured", ratePerSecond, options.seconds);
    const times = between(before, processorTimes(demo.pids));
    say("auditing …");
    const unsettled = result.unsettled === undefined ? [] : [result.unsettled];
    const faults = [...unsettled, ...audit(creator.created, await ledgerOf(demo), sink)];
    const { workload, seconds } = options;
    const measured: Measured = { workload, ratePerSecond, seconds, load: result, refused: creator.refused, times, idle, controlMicroseconds, faults };
    for (const line of tableOf(measured)) say(line);
    if (sink !== undefined) say(`  ${sink.received} callbacks, ${sink.checked} signatures checked`);
    for (const fault of shown(faults)) say(`AUDIT: ${fault}`);
    say(JSON.stringify(summaryOf(measured)));
    return faults.length === 0;
  } finally {
    await creator?.close();
    await platform.stop();
    await sink?.close();
    rmSync(home, { recursive: true, force: true });
  }
};

const idleTimes = async (pids: Readonly<Record<string, number>>): Promise<ProcessorTimes> => {
  const before = processorTimes(pids);
  await delay(idleSeconds * 1_000);
  return Object.fromEntries(Object.entries(between(before, processorTimes(pids))).map(([name, used]) => [name, used / idleSeconds]));
};

/** The highest rate of a growing row that is kept with p99 under a second; the measurement itself comes after it. */
const findRate = async (
  first: number,
  load: (phase: string, ratePerSecond: number, seconds: number) => Promise<LoadResult>,
  say: (line: string) => void,
): Promise<number> => {
  let kept = first;
  for (let rate = first; ; rate = Math.round(rate * searchGrowth)) {
    const { perSecond, latencies, unsettled, operations, intended, tailMs } = await load(`search-${rate}`, rate, searchSeconds);
    const p99 = latencies.ms(99);
    say(`  ${perSecond.toFixed(1)}/s, p99 ${p99} ms, ${operations} of ${intended}`);
    if (unsettled !== undefined || operations < intended || tailMs > searchTailMsMax || p99 > keptP99MsMax) return kept;
    kept = rate;
  }
};
