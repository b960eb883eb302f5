import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { Module } from "@nestjs/common";
import { instant } from "@malipo/kernel";
import { silentLogger, systemRandom, systemScheduler } from "@malipo/runtime";
import { type HttpService, startHttpService } from "./start-http-service.js";

@Module({})
class NothingModule {}

describe("the connections of a service", () => {
  let service: HttpService;
  const sockets: Socket[] = [];
  const start = async (connectionsMax?: number): Promise<number> => {
    service = await startHttpService({
      module: NothingModule,
      logger: silentLogger,
      metrics: { count() {}, gauge() {}, observe() {}, text: async () => "" },
      health: { report: () => ({ ready: true, checks: {} }), stop: () => undefined },
      clock: { now: () => instant(0), monotonicMs: () => performance.now() },
      random: systemRandom,
      scheduler: systemScheduler,
      env: { service: "nothing", host: "127.0.0.1", port: 0 },
      handleSignals: false,
      ...(connectionsMax !== undefined && { connectionsMax }),
    });
    return Number(new URL(service.url).port);
  };
  const open = (port: number): Socket => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    return socket;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await service.stop();
  });

  const kernelHolds = Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8"));
  const burst = 1_000;
  (kernelHolds >= burst ? it : it.skip)("are held while the service is busy: none of a burst has to come a second time", async () => {
    const port = await start();
    const beganMs = performance.now();
    // All in one turn: nothing can be accepted in between.
    await Promise.all(Array.from({ length: burst }, () => once(open(port), "connect")));
    // A connection that the kernel drops is tried again after a second.
    expect(performance.now() - beganMs).toBeLessThan(950);
  });

  it("are bounded: one too many is closed, and the others are served", async () => {
    const port = await start(2);
    const [one, two] = [open(port), open(port)];
    await Promise.all([once(one, "connect"), once(two, "connect")]);
    const third = open(port);
    third.on("error", () => undefined); // closed or reset, as the kernel likes
    await once(third, "close");
    two.write("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
    const [answer] = (await once(two, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
  });
});
