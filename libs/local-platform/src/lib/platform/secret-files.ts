import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";

/** Writes as a whole or not at all, readable by its owner only. */
export const writePrivate = (file: string, content: string | Buffer): void => {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.new`;
  writeFileSync(partial, content, { mode: 0o600 });
  renameSync(partial, file);
};

/** Drawn once and kept: what was sealed with it yesterday opens today. */
export const keptBytes = (file: string, length: number): Buffer => {
  if (!existsSync(file)) writePrivate(file, randomBytes(length));
  return readFileSync(file);
};

export const keptText = (file: string, draw: () => string): string => {
  if (!existsSync(file)) writePrivate(file, draw());
  return readFileSync(file, "utf8").trim();
};

export const privateFolder = (folder: string): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
};
