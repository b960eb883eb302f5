import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { request } from "undici";
import { FaultProxy } from "./fault-proxy.js";

describe("the door to the links", () => {
  const server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  let proxy: FaultProxy;

  beforeEach(async () => {
    proxy = await FaultProxy.start();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    await proxy.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = async (method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown, token = proxy.token) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await request(`${proxy.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const target = () => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });

  it("opens, tells, breaks, resets, and heals", async () => {
    const opened = await ask("POST", "/links", { name: "a.b", target: target() });
    const { port } = JSON.parse(opened.text) as { port: number };
    const socket = connect(port, "127.0.0.1");
    socket.write("hello");
    expect(String((await once(socket, "data"))[0])).toBe("hello");

    expect((await ask("PUT", "/links/a.b", { latencyMs: 10, hold: "up" })).status).toBe(200);
    expect(JSON.parse((await ask("GET", "/links")).text)).toEqual({
      "a.b": { port, target: target(), fault: { latencyMs: 10, hold: "up" }, open: 1 },
    });
    const broken = once(socket, "error");
    expect(JSON.parse((await ask("POST", "/links/a.b/reset")).text)).toEqual({ reset: 1 });
    expect(await broken).toMatchObject([{ code: "ECONNRESET" }]);
    expect((await ask("DELETE", "/links/a.b")).status).toBe(200);
    expect(proxy.report()["a.b"]?.fault).toEqual({});
    await ask("PUT", "/links/a.b", { refuse: true });
    await ask("DELETE", "/links");
    expect(proxy.report()["a.b"]?.fault).toEqual({});
  });

  it("refuses a stranger, a link that is not there, and a fault that it does not know", async () => {
    await proxy.open("a.b", target());
    expect((await ask("GET", "/links", undefined, "guess")).status).toBe(403);
    expect((await ask("PUT", "/links/c.d", {})).status).toBe(404);
    expect((await ask("PUT", "/links/a.b", { latencyMS: 10 })).status).toBe(400);
    expect((await ask("PUT", "/links/a.b", { blackHole: "sideways" })).status).toBe(400);
    expect((await ask("PUT", "/links/a.b", { constructor: true })).status).toBe(400);
    expect((await ask("PUT", "/links/a.b", [])).status).toBe(400);
    expect(proxy.report()["a.b"]?.fault).toEqual({});
  });
});
