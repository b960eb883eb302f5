import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

const lookUp = (name: string): OsUser | undefined => {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
};

const create = (): void => {
  execFileSync("groupadd", ["--system", "postgres"], { stdio: "ignore" });
  execFileSync("useradd", ["--system", "-g", "postgres", "--no-create-home", "postgres"], { stdio: "ignore" });
};

/**
 * PostgreSQL refuses to run as root. For root this answers the user to run it as: `postgres`, made if it is missing,
 * or `nobody` where no user can be made. For anybody else: undefined, it runs as they are.
 */
export const postgresUser = (): OsUser | undefined => {
  if (userInfo().uid !== 0) return undefined;
  const known = lookUp("postgres");
  if (known !== undefined) return known;
  try {
    create();
  } catch {
    // A read-only or minimal image; `nobody` serves as well.
  }
  const user = lookUp("postgres") ?? lookUp("nobody");
  if (user === undefined) throw new Error("PostgreSQL cannot run as root, and there is no user postgres or nobody to run it as");
  return user;
};
