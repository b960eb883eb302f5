import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { OsUser } from "./os-user.js";

const executable = { owner: 0o100, group: 0o010, others: 0o001 };

/** Whether that user can walk down to the folder. A home of mode 0700 above a clone is the usual reason why not. */
export const canReach = (folder: string, user: OsUser): boolean => {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid, gid } = statSync(at);
      const bit = uid === user.uid ? executable.owner : gid === user.gid ? executable.group : executable.others;
      if ((mode & bit) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
};

const shared = "/var/tmp/malipo-postgres";

const sharedFolder = (name: string): string => {
  mkdirSync(shared, { recursive: true, mode: 0o711 });
  if (statSync(shared).uid !== 0) throw new Error(`${shared} belongs to somebody else: remove it`);
  chmodSync(shared, 0o711);
  return join(shared, name);
};

/** The program files where that user can read them: where they are, or a copy made once. */
export const reachableBinaries = (nativeDir: string, version: string, user: OsUser | undefined): string => {
  if (user === undefined || canReach(nativeDir, user)) return nativeDir;
  const copy = sharedFolder(`binaries-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    cpSync(nativeDir, partial, { recursive: true, verbatimSymlinks: true });
    if (existsSync(copy)) rmSync(partial, { recursive: true });
    else renameSync(partial, copy);
  }
  return copy;
};

/**
 * The data folder where that user can reach it. If it lies under a closed home, the data goes to a folder elsewhere
 * that is named after it, and a link stays in its place: whoever deletes the data follows the link.
 */
export const reachableDataDir = (dataDir: string, user: OsUser | undefined): string => {
  if (user === undefined || canReach(dirname(resolve(dataDir)), user)) return resolve(dataDir);
  const name = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 16);
  const elsewhere = sharedFolder(`data-${name}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  mkdirSync(dirname(dataDir), { recursive: true });
  if (!lstatSync(dataDir, { throwIfNoEntry: false })) symlinkSync(elsewhere, dataDir);
  return elsewhere;
};
