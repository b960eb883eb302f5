import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPidFile, removePidFile, writePidFile } from "../processes/pid-file.js";

/** Raised when what lies in the folder can no longer be read by what is built now. */
export const dataFolderVersion = "1";

export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

const versionOf = (home: string): string | undefined => {
  const file = join(home, "VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
};

/**
 * Makes the folder or checks the one that is there, and takes it for this launcher: two in one folder would stop each
 * other's servers as leftovers. Answers how to give it back.
 */
export const takeDataFolder = (home: string): (() => void) => {
  const found = versionOf(home);
  const used = existsSync(join(home, "kafka")) || existsSync(join(home, "postgres"));
  if (found !== dataFolderVersion && (found !== undefined || used)) {
    const made = found === undefined ? "without a version" : `of version ${found}`;
    throw new DataFolderError(`${home} is a data folder ${made}, and this is version ${dataFolderVersion}: npm run reset deletes it`);
  }
  mkdirSync(home, { recursive: true });
  // Others may pass through, because PostgreSQL runs as a user of its own when we are root, but not look around.
  chmodSync(home, 0o711);
  writeFileSync(join(home, "VERSION"), `${dataFolderVersion}\n`);

  const lock = launcherPidFile(home);
  const other = readPidFile(lock);
  if (other !== undefined && other.pid !== process.pid) {
    throw new DataFolderError(`already running in ${home} (pid ${other.pid}): stop it first, or choose another MALIPO_HOME`);
  }
  writePidFile(lock, process.pid);
  return () => removePidFile(lock);
};

export const launcherPidFile = (home: string): string => join(home, "launcher.pid");
