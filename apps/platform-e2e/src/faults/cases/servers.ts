import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { identify, waitUntil, type DiskName } from "@malipo/local-platform";
import { FaultLinks } from "../../harness/fault-links.js";
import type { FaultCase, FaultGround, Heal } from "../fault.js";
import { hit } from "./instances.js";

const run = promisify(execFile);
const backWithinMs = 60_000;

export const pidOf = ({ platform }: FaultGround, name: DiskName): number => {
  const pid = platform.pid(name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
};

/** The pid in the launcher's file may be that of a server that has died since. */
const runningPid = ({ platform }: FaultGround, name: DiskName): number | undefined => {
  const pid = platform.pid(name);
  return pid !== undefined && identify(pid) !== undefined ? pid : undefined;
};

/** Settles when the launcher has it running again and it answers. */
const isBack = ({ platform }: FaultGround, name: DiskName, oldPid: number): Promise<number> =>
  waitUntil(() => ([oldPid, undefined].includes(platform.pid(name)) ? undefined : platform.pid(name)), {
    timeoutMs: backWithinMs,
    everyMs: 20,
    what: `${name} runs again`,
  });

/** Ends it; the launcher starts it again. What is measured begins with its return. */
export const end = async (ground: FaultGround, name: DiskName, how: NodeJS.Signals): Promise<Heal> => {
  const pid = pidOf(ground, name);
  hit(name, pid, how);
  await isBack(ground, name, pid);
  return async () => undefined;
};

const noSmallDisk =
  (name: DiskName) =>
  async ({ platform }: FaultGround): Promise<string | undefined> => {
    const links = FaultLinks.of(platform);
    if (links === undefined) return "the platform runs without small disks (MALIPO_FAULT_LINKS=1)";
    return links.disks[name] === undefined ? `no small disk could be mounted: ${links.diskProblem}` : undefined;
  };

/** Takes all the room there is on the server's own disk, and gives it back; by then the server may have died of it. */
export const diskFull = (name: DiskName, group: "broker" | "database", holdMs: number): FaultCase => ({
  name: `${group}/disk-full`,
  group,
  holdMs,
  skipped: noSmallDisk(name),
  inject: async (ground) => {
    const file = join(FaultLinks.of(ground.platform)!.disks[name]!, "filler");
    await fill(file);
    return async () => {
      rmSync(file, { force: true });
      // It may have died of it, and the launcher be waiting out a delay before it starts it again.
      await waitUntil(() => runningPid(ground, name), { timeoutMs: backWithinMs, what: `${name} runs` });
    };
  },
});

/** First in large pieces, then in small ones, until not a block is left. */
const fill = async (file: string): Promise<void> => {
  let size = 0;
  for (const piece of [64 << 20, 1 << 20, 64 << 10, 4 << 10]) {
    while (await run("fallocate", ["-l", String(size + piece), file]).then(() => true, () => false)) size += piece;
  }
  if (size === 0) throw new Error(`${file} could not be filled`);
};
