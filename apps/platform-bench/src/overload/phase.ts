import { cpus } from "node:os";
import { openLoop } from "../load/open-loop.js";
import type { Creator } from "../workloads/creator.js";
import { AnswerBook } from "./answer-book.js";

export interface Phase {
  readonly name: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

export interface PhaseResult extends Phase {
  readonly book: AnswerBook;
  /** Of all processors, what the generator itself used: what it takes is not there for the platform. */
  readonly generatorShare: number;
  readonly sendLateMsMax: number;
}

/** One stretch of open-loop creates; it ends when every one of them has an answer. */
export const runPhase = async (creator: Creator, phase: Phase, outstandingMax: number): Promise<PhaseResult> => {
  const { name, ratePerSecond, seconds } = phase;
  const book = new AnswerBook();
  const gapMs = 1_000 / ratePerSecond;
  const usedBefore = process.cpuUsage();
  const beganMs = performance.now();
  const send = async (index: number, intendedMs: number): Promise<void> => {
    const reply = await creator.send(name, index);
    book.add(reply, index * gapMs, performance.now() - intendedMs);
  };
  const { sendLateMsMax } = await openLoop({ ratePerSecond, seconds, outstandingMax, send });
  const { user, system } = process.cpuUsage(usedBefore);
  const generatorShare = (user + system) / 1_000 / ((performance.now() - beganMs) * cpus().length);
  return { ...phase, book, generatorShare, sendLateMsMax };
};
