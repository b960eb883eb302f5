import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { Module } from "@nestjs/common";
import { instant } from "@malipo/kernel";
import { silentLogger, systemRandom, systemScheduler } from "@malipo/runtime";
import { Listeners } from "./listeners.js";
import { type HttpService, startHttpService } from "./start-http-service.js";

@Module({})
class NothingModule {}

describe("the connections of a service", () => {
  let service: HttpService;
  const sockets: Socket[] = [];
  let slowAsked = 0;
  let finishSlow!: () => void;
  const start = (connectionsMax?: number): Promise<number> => startAt(0, connectionsMax);
  const startAt = async (port: number, connectionsMax?: number): Promise<number> => {
    slowAsked = 0;
    const slow = new Promise<void>((resolve) => (finishSlow = resolve));
    service = await startHttpService({
      module: NothingModule,
      logger: silentLogger,
      metrics: { count() {}, gauge() {}, observe() {}, text: async () => "" },
      health: { report: () => ({ ready: true, checks: {} }), stop: () => undefined },
      clock: { now: () => instant(0), monotonicMs: () => performance.now() },
      random: systemRandom,
      scheduler: systemScheduler,
      env: { service: "nothing", host: "127.0.0.1", port },
      handleSignals: false,
      configure: (fastify) => {
        fastify.get("/slow", async () => {
          slowAsked += 1;
          await slow;
          return {};
        });
      },
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

  it("may wait in thousands while the service is busy, before the kernel drops one", async () => {
    await start();
    expect(await Listeners.reserve({ host: "127.0.0.1", port: 0 })).toMatchObject({ backlog: 4_096 });
  });

  it("are taken many at a time, so that a new one does not wait behind each of the others", async () => {
    const port = await start();
    let turns = 0;
    let busy = true;
    const turn = (): void => {
      turns += 1;
      if (busy) setImmediate(turn);
    };
    const ask = async (): Promise<void> => {
      const socket = open(port);
      socket.write("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
      await once(socket, "data");
    };
    const asked = Array.from({ length: 200 }, ask);
    setImmediate(turn);
    await Promise.all(asked);
    busy = false;
    expect(turns).toBeLessThan(150);
  });

  it("are refused to two services on one port", async () => {
    const port = await start();
    const first = service;
    await expect(startAt(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
    service = first;
  });

  it("are waited for while an answer is under way", async () => {
    const port = await start();
    const sockets = Array.from({ length: 40 }, () => open(port));
    const answers = sockets.map(async (socket) => {
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      await once(socket, "close");
      return text;
    });
    for (const socket of sockets) socket.write("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
    while (slowAsked < 40) await systemScheduler.sleep(5);
    const stopped = service.stop();
    finishSlow();
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    await stopped;
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
