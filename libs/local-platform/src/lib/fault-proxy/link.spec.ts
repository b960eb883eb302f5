import { readdirSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { waitUntil } from "../processes/wait-until.js";
import { Link } from "./link.js";

/** One end of a connection, and what has happened to it. */
class End {
  received = "";
  pieces = 0;
  ended = false;
  error: string | undefined;

  constructor(readonly socket: Socket) {
    socket.on("data", (chunk) => {
      this.received += chunk.toString();
      this.pieces += 1;
    });
    socket.on("end", () => (this.ended = true));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code));
  }
}

const soon = (what: string, ask: () => boolean): Promise<true> => waitUntil(() => (ask() ? true : undefined), { timeoutMs: 5_000, everyMs: 5, what });

describe("a link", () => {
  let server: Server;
  let link: Link;
  let accepted: End[];
  let clients: End[];

  beforeEach(async () => {
    accepted = [];
    clients = [];
    server = createServer((socket) => accepted.push(new End(socket)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    link = await Link.open("one", { host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  });

  afterEach(async () => {
    for (const { socket } of [...clients, ...accepted]) socket.destroy();
    await link.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const dial = async (): Promise<End> => {
    const end = new End(connect({ host: "127.0.0.1", port: link.port }));
    clients.push(end);
    await soon("connected or refused", () => end.socket.readyState === "open" || end.error !== undefined);
    return end;
  };

  const pair = async (): Promise<readonly [End, End]> => {
    const before = accepted.length;
    const client = await dial();
    await soon("accepted", () => accepted.length > before);
    return [client, accepted[before]!];
  };

  it("passes everything both ways, and each end's close", async () => {
    const [client, far] = await pair();
    client.socket.write("question");
    await soon("the question", () => far.received === "question");
    far.socket.write("answer");
    await soon("the answer", () => client.received === "answer");
    client.socket.end();
    await soon("the close", () => far.ended);
    await soon("nothing is open", () => link.open === 0);
  });

  it("delays each way and keeps the order; healed, it does not", async () => {
    const [client, far] = await pair();
    await link.set({ latencyMs: 120, jitterMs: 60 });
    const began = performance.now();
    for (let at = 0; at < 10; at += 1) {
      client.socket.write(String(at));
      await delay(3);
    }
    await soon("all of it", () => far.received === "0123456789");
    expect(performance.now() - began).toBeGreaterThanOrEqual(120);
    await link.set({});
    const healed = performance.now();
    far.socket.write("answer");
    await soon("the answer", () => client.received === "answer");
    expect(performance.now() - healed).toBeLessThan(100);
  });

  it("lets what is on its way arrive at once when the latency ends", async () => {
    const [client, far] = await pair();
    await link.set({ latencyMs: 60_000 });
    client.socket.write("late");
    await delay(30);
    await link.set({});
    await soon("it arrives", () => far.received === "late");
  });

  it("resets both ends", async () => {
    const [client, far] = await pair();
    expect(link.resetAll()).toBe(1);
    await soon("both were reset", () => client.error === "ECONNRESET" && far.error === "ECONNRESET");
  });

  it("resets at random", async () => {
    const [client] = await pair();
    await link.set({ resetsPerSecond: 10 });
    await soon("it was reset", () => client.error === "ECONNRESET");
  });

  it("passes the reset of a client on", async () => {
    const [client, far] = await pair();
    client.socket.resetAndDestroy();
    await soon("the other end learns", () => far.error === "ECONNRESET");
  });

  it("loses answers alone, and resets what lost some when it is healed", async () => {
    const [client, far] = await pair();
    await link.set({ blackHole: "down" });
    client.socket.write("request");
    await soon("the request", () => far.received === "request");
    far.socket.write("answer");
    await delay(50);
    expect(client.received).toBe("");
    await link.set({});
    await soon("the client is told", () => client.error === "ECONNRESET");
    const [again, farAgain] = await pair();
    farAgain.socket.write("answer");
    await soon("answers pass again", () => again.received === "answer");
  });

  it("swallows requests and new connections, and tells nobody", async () => {
    const [client, far] = await pair();
    await link.set({ blackHole: "both" });
    client.socket.write("lost");
    client.socket.destroy();
    const fresh = await dial();
    fresh.socket.write("lost too");
    await delay(50);
    expect([far.received, far.ended, far.error, accepted.length]).toEqual(["", false, undefined, 1]);
    await link.set({});
    await soon("both were reset", () => far.error === "ECONNRESET" && fresh.error === "ECONNRESET");
    await soon("nothing is open", () => link.open === 0);
  });

  it("holds what is sent, and delivers it late though its sender is gone", async () => {
    const [client, far] = await pair();
    await link.set({ hold: "up" });
    client.socket.write("late");
    await delay(20);
    client.socket.resetAndDestroy();
    await dial();
    await delay(50);
    expect([far.received, far.error, accepted.length]).toEqual(["", undefined, 1]);
    await link.set({});
    await soon("it is delivered", () => far.received === "late" && far.error === "ECONNRESET");
    await soon("the waiting one came through", () => accepted.length === 2);
  });

  it("breaks off at the first answer", async () => {
    const [client, far] = await pair();
    await link.set({ resetOnAnswer: true });
    client.socket.write("request");
    await soon("the request", () => far.received === "request");
    far.socket.write("answer");
    await soon("the client was reset", () => client.error === "ECONNRESET");
    expect(client.received).toBe("");
  });

  it("refuses, leaves what is open, and listens again", async () => {
    const [client, far] = await pair();
    await link.set({ refuse: true });
    expect((await dial()).error).toBe("ECONNREFUSED");
    client.socket.write("still here");
    await soon("what is open goes on", () => far.received === "still here");
    await link.set({});
    await pair();
  });

  it("slices, and does not when healed in mid-slice", async () => {
    const [client, far] = await pair();
    await link.set({ slice: { bytes: 2, pauseMs: 20 } });
    client.socket.write("abcdef");
    await soon("all of it", () => far.received === "abcdef");
    expect(far.pieces).toBe(3);
    await delay(40); // the pause after the last piece
    await link.set({ slice: { bytes: 1, pauseMs: 60_000 } });
    client.socket.write("xyz");
    await soon("the first of it", () => far.received.endsWith("x"));
    await link.set({});
    await soon("the rest of it", () => far.received.endsWith("xyz"));
  });

  it("keeps to a bandwidth", async () => {
    const [client, far] = await pair();
    await link.set({ bytesPerSecond: 100_000 });
    const began = performance.now();
    client.socket.write("x".repeat(30_000));
    await soon("all of it", () => far.received.length === 30_000);
    expect(performance.now() - began).toBeGreaterThan(200);
  });

  it("keeps back-pressure: a sender that nobody reads from has to wait", async () => {
    const [client] = await pair();
    await link.set({ hold: "both" });
    const much = "x".repeat(1 << 20);
    for (let at = 0; at < 32; at += 1) client.socket.write(much);
    await delay(300);
    const stuck = client.socket.writableLength;
    expect(stuck).toBeGreaterThan(16 << 20);
    await delay(100);
    expect(client.socket.writableLength).toBe(stuck);
    await link.set({});
    await soon("it goes on", () => client.socket.writableLength === 0);
  });

  it("resets a client whose target does not listen", async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const client = await dial();
    await soon("it was reset", () => client.error === "ECONNRESET");
    await soon("nothing is open", () => link.open === 0);
  });

  (process.platform === "linux" ? it : it.skip)("leaves no descriptor behind, whatever went wrong", async () => {
    const descriptors = (): number => readdirSync("/proc/self/fd").length;
    const before = descriptors();
    for (const fault of [{}, { blackHole: "both" }, { hold: "both" }, { hold: "up" }, { resetOnAnswer: true }, { latencyMs: 50 }] as const) {
      await link.set(fault);
      for (let at = 0; at < 10; at += 1) {
        const client = await dial();
        client.socket.write("x");
        await delay(2);
        for (const { socket } of accepted) if (socket.writable) socket.write("y");
        if (at % 3 === 0) client.socket.resetAndDestroy();
        else if (at % 3 === 1) client.socket.destroy();
        else client.socket.end();
      }
      await link.set({});
      await delay(50);
      for (const { socket } of [...clients, ...accepted]) socket.destroy();
    }
    await soon("nothing is open", () => link.open === 0);
    await soon("descriptors are as before", () => descriptors() <= before);
  });
});
