import { randomInt } from "node:crypto";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

export const loopback = "127.0.0.1";

const listenOnce = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });

export const isPortFree = async (port: number): Promise<boolean> => (await listenOnce(port)) !== undefined;

/** Below the range from which systems take the ports of outgoing connections (32768 on Linux), above the well-known ones. */
const firstPort = 20_000;
const lastPort = 32_000;

/**
 * Ports that are free now, drawn from a range that no outgoing connection uses: a server that is stopped and started again
 * finds its own still free.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(firstPort, lastPort);
    if (!ports.has(port) && (await isPortFree(port))) ports.add(port);
  }
  return [...ports];
};

const LISTENING = "0A";

const listeningInodes = (port: number): ReadonlySet<string> => {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text = "";
    try {
      text = readFileSync(table, "utf8");
    } catch {
      continue; // not Linux, or no IPv6
    }
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENING && inode !== undefined && local?.endsWith(`:${wanted}`)) inodes.add(inode);
    }
  }
  return inodes;
};

const holds = (pid: string, inodes: ReadonlySet<string>): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        return inode !== undefined && inodes.has(inode);
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch {
    return false; // another user's process, or gone
  }
};

/** Who listens on a port, as far as this user may see it: "java (pid 4711)". */
export const whoListens = (port: number): string | undefined => {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pid = readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && holds(entry, inodes));
  if (pid === undefined) return undefined;
  const name = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, 3).join(" ").trim().slice(0, 80);
  return `${name} (pid ${pid})`;
};

export class PortInUseError extends Error {
  constructor(what: string, port: number, variable?: string) {
    const owner = whoListens(port);
    const cure = variable === undefined ? "stop it" : `stop it, or choose another port with ${variable}`;
    super(`port ${port}, wanted by ${what}, is in use${owner === undefined ? "" : ` by ${owner}`}: ${cure}`);
    this.name = "PortInUseError";
  }
}

export const assertPortFree = async (what: string, port: number, variable?: string): Promise<void> => {
  if (!(await isPortFree(port))) throw new PortInUseError(what, port, variable);
};
