import { execFile } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type DiskName = "kafka" | "postgres";

const bytes = 2 ** 30;
const folders: readonly DiskName[] = ["kafka", "postgres"];

/** A link to another disk is not a disk that is mounted here. */
const isMounted = (folder: string): boolean => {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.dev !== statSync(dirname(folder)).dev;
};

const mount = async (home: string, name: DiskName): Promise<string> => {
  const folder = join(home, name);
  if (isMounted(folder)) return folder; // left by a launcher that was killed
  const image = join(home, "disks", `${name}.img`);
  if (!existsSync(image)) {
    mkdirSync(dirname(image), { recursive: true });
    // A hole, which takes no room until it is written to.
    writeFileSync(image, "");
    truncateSync(image, bytes);
    // No power is lost here, so neither a journal nor a flush of the machine's own disk is worth its time.
    await run("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^has_journal", image]);
  }
  mkdirSync(folder, { recursive: true });
  await run("mount", ["-o", "loop,nobarrier", image, folder]);
  chmodSync(folder, 0o711);
  return folder;
};

/**
 * A disk of its own for each server, so small that a trial can fill it: an image in the data folder. It needs rights that
 * not every machine gives; answers those that there are, and why there is not the rest.
 */
export const mountSmallDisks = async (home: string): Promise<Readonly<{ disks: Partial<Record<DiskName, string>>; problem?: string }>> => {
  const disks: Partial<Record<DiskName, string>> = {};
  try {
    for (const name of folders) disks[name] = await mount(home, name);
    return { disks };
  } catch (error) {
    const [problem = ""] = (error instanceof Error ? error.message : String(error)).trim().split("\n").slice(-1);
    return { disks, problem };
  }
};

/** The data stays in the images. */
export const unmountSmallDisks = async (home: string): Promise<void> => {
  for (const name of folders) if (isMounted(join(home, name))) await run("umount", [join(home, name)]);
};
