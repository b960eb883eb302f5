import { describe, expect, it } from "@jest/globals";
import { waitUntil } from "../processes/wait-until.js";
import { KeptServer, type Server } from "./kept-server.js";

/** A server that dies when told to. */
class Mortal implements Server {
  die: (reason: string) => void = () => undefined;
  readonly exited = new Promise<string>((resolve) => (this.die = resolve));
  constructor(readonly pid: number) {}
  stop = (): Promise<void> => Promise.resolve();
}

describe("a database or a broker that dies", () => {
  const started: Mortal[] = [];
  const said: string[] = [];
  const events = {
    onLine: (_: string, line: string) => void said.push(line),
    onRestarted: (_: string, pid: number) => void said.push(`runs as ${pid}`),
    onGivenUp: (_: string, reason: string) => void said.push(`given up: ${reason}`),
  };
  const keep = (launch: () => Mortal): KeptServer<Mortal> =>
    new KeptServer("kafka", () => Promise.resolve().then(launch), events, { firstDelayMs: 1 });
  const heard = (what: string): Promise<true> =>
    waitUntil(() => (said.some((line) => line.startsWith(what)) ? true : undefined), { timeoutMs: 2_000, everyMs: 2, what });

  const reset = (): void => {
    said.length = 0;
    started.length = 0;
  };
  const next = (): Mortal => {
    const server = new Mortal(started.length + 1);
    started.push(server);
    return server;
  };

  it("is started again, also when its next start fails", async () => {
    reset();
    let failures = 2;
    const kept = keep(() => {
      if (started.length > 0 && failures-- > 0) throw new Error("No space left on device");
      return next();
    });
    await kept.start();
    started[0]!.die("signal SIGKILL");
    await heard("runs as 2");
    expect(said).toEqual([
      "ended with signal SIGKILL; starts again in 0.001 s",
      "ended with No space left on device; starts again in 0.002 s",
      "ended with No space left on device; starts again in 0.004 s",
      "runs as 2",
    ]);
    await kept.stop();
  });

  it("is given up when it cannot be started time and again, with the last reason", async () => {
    reset();
    const kept = keep(() => {
      if (started.length > 0) throw new Error("No space left on device");
      return next();
    });
    await kept.start();
    started[0]!.die("exit code 1");
    await heard("given up");
    expect(said.at(-1)).toBe("given up: kafka keeps dying (last: No space left on device)");
    await kept.stop();
  });
});
