import type { DemoFile } from "@malipo/local-platform";
import type { CallbackSink } from "../load/callback-sink.js";
import { Latencies } from "../load/histogram.js";
import { openLoop } from "../load/open-loop.js";
import type { Creator } from "./creator.js";
import { settle } from "./settle.js";

export interface Load {
  readonly demo: DemoFile;
  readonly creator: Creator;
  /** Given for W3: an operation is then over when its last callback has arrived. */
  readonly sink: CallbackSink | undefined;
  readonly phase: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly operations: number;
  readonly intended: number;
  readonly perSecond: number;
  readonly latencies: Latencies;
  readonly sendLateMsMax: number;
  /** From when the last one was due until the last one was over. */
  readonly tailMs: number;
  /** What did not come to rest in time. */
  readonly unsettled: string | undefined;
}

const outstandingMax = 5_000;

/** One measured stretch of load, until everything it caused is over. */
export const runLoad = async ({ demo, creator, sink, phase, ratePerSecond, seconds }: Load): Promise<LoadResult> => {
  const latencies = new Latencies();
  const intendedAt = new Map<string, number>();
  let lastMs = 0;
  const took = (intendedMs: number, atMs: number): void => {
    latencies.add(atMs - intendedMs);
    lastMs = Math.max(lastMs, atMs);
  };
  if (sink !== undefined) {
    sink.onCompleted = (reference, atMs) => {
      const intendedMs = intendedAt.get(reference);
      if (intendedMs !== undefined) took(intendedMs, atMs);
    };
  }
  const send = async (index: number, intendedMs: number): Promise<void> => {
    intendedAt.set(creator.referenceOf(phase, index), intendedMs);
    const acknowledged = await creator.create(phase, index);
    if (acknowledged && sink === undefined) took(intendedMs, performance.now());
  };
  const loop = await openLoop({ ratePerSecond, seconds, outstandingMax, send });
  const unsettled = await settle(demo, creator.accounts, () => creator.created.length);
  if (sink !== undefined) await allTold(sink, creator);
  const operations = latencies.count;
  const perSecond = operations === 0 ? 0 : operations / ((lastMs - loop.startMs) / 1_000);
  const tailMs = Math.max(0, lastMs - loop.startMs - seconds * 1_000);
  return { operations, intended: loop.intended, perSecond, latencies, sendLateMsMax: loop.sendLateMsMax, tailMs, unsettled };
};

const allToldWithinMs = 60_000;

/** Callbacks come after the read model; those that never come are the audit's business. */
const allTold = async (sink: CallbackSink, creator: Creator): Promise<void> => {
  const end = performance.now() + allToldWithinMs;
  const missing = (): boolean => creator.created.some(({ reference }) => !sink.completedAtMs.has(reference));
  while (missing() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
};
