import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

interface Stat {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended and were waited for. */
  readonly reapedTicks: number;
}

const statOf = (pid: number | string): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is a name in parentheses that may hold spaces.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const number = (at: number): number => Number(fields[at]);
    return { parent: number(1), ownTicks: number(11) + number(12), reapedTicks: number(13) + number(14) };
  } catch {
    return undefined; // it has ended
  }
};

const treeOf = (root: number): readonly Stat[] => {
  const all = readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    return stat === undefined ? [] : [{ pid: Number(name), stat }];
  });
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ stat }) => stat.parent === pid)); // grows while it is walked
  return tree.map(({ stat }) => stat);
};

/** Seconds of processor that a process and everything below it has used so far, ended children included. */
export const processorSeconds = (pid: number): number => {
  const ticks = treeOf(pid).reduce((sum, { ownTicks, reapedTicks }) => sum + ownTicks + reapedTicks, 0);
  return ticks / ticksPerSecond;
};

export type ProcessorTimes = Readonly<Record<string, number>>;

export const processorTimes = (pids: Readonly<Record<string, number>>): ProcessorTimes =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, processorSeconds(pid)]));

export const between = (before: ProcessorTimes, after: ProcessorTimes): ProcessorTimes =>
  Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, Math.max(0, seconds - (before[name] ?? 0))]));
