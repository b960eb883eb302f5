import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { HttpRequest, Scheduler } from "@malipo/ports";
import { OutboundHttp, type OutboundHttpOptions } from "./outbound-http.js";

const scheduler: Scheduler = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};

type Listener = { server: Server; port: number; received: () => string; sockets: Set<Socket> };
const listeners: Listener[] = [];
const clients: OutboundHttp[] = [];

const listen = (onRequest: (socket: Socket, soFar: string) => void): Promise<Listener> =>
  new Promise((resolve) => {
    let text = "";
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        onRequest(socket, text);
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const listener = { server, port: (server.address() as AddressInfo).port, received: () => text, sockets };
      listeners.push(listener);
      resolve(listener);
    });
  });

const client = (options: Partial<OutboundHttpOptions> = {}): OutboundHttp => {
  const http = new OutboundHttp({ scheduler, allow: ["127.0.0.1/32"], ...options });
  clients.push(http);
  return http;
};

const post = (url: string, extra: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "POST",
  url,
  headers: { "content-type": "application/json" },
  body: Buffer.from('{"a":1}'),
  deadlineMs: 3_000,
  allowDevelopmentAddresses: true,
  ...extra,
});

const ok = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nX-Test: yes\r\n\r\n${body}`;

afterEach(async () => {
  for (const { server, sockets } of listeners.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
  await Promise.all(clients.splice(0).map((http) => http.close()));
});

describe("sending a request", () => {
  it("returns the answer with its headers and body", async () => {
    const { port, received } = await listen((socket) => socket.write(ok("hello")));
    const outcome = await client().send(post(`http://127.0.0.1:${port}/x?y=1`));
    expect(outcome).toMatchObject({ kind: "response", status: 200, headers: { "x-test": "yes" }, truncated: false });
    expect(outcome.kind === "response" && Buffer.from(outcome.body).toString()).toBe("hello");
    expect(received()).toMatch(/^POST \/x\?y=1 HTTP\/1\.1\r\n/);
    expect(received()).toMatch(/\{"a":1\}$/);
  });

  it("uses idle connections again", async () => {
    const listener = await listen((socket) => socket.write(ok("x")));
    const http = client();
    for (let i = 0; i < 10; i++) await http.send(post(`http://127.0.0.1:${listener.port}/`));
    expect(listener.sockets.size).toBeLessThanOrEqual(2);
  });

  it("does not follow a redirect", async () => {
    const { port } = await listen((socket) =>
      socket.write("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"),
    );
    expect(await client().send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: "response", status: 302 });
  });

  it("reads at most 64 kB and says that there was more", async () => {
    const { port } = await listen((socket) => socket.write(ok("z".repeat(300_000))));
    const outcome = await client().send(post(`http://127.0.0.1:${port}/`));
    expect(outcome).toMatchObject({ kind: "response", truncated: true });
    expect(outcome.kind === "response" && outcome.body.length).toBe(65_536);
  });

  it("takes an answer of exactly 64 kB as whole", async () => {
    const { port } = await listen((socket) => socket.write(ok("z".repeat(65_536))));
    expect(await client().send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: "response", truncated: false });
  });
});

describe("asking before the first byte", () => {
  it("asks only once the socket is ready, and writes nothing after a no", async () => {
    const listener = await listen((socket) => socket.write(ok("x")));
    let connectedWhenAsked = 0;
    const asked = new Promise<void>((resolve) => listener.server.once("connection", () => resolve()));
    const outcome = await client().send(
      post(`http://127.0.0.1:${listener.port}/`, {
        maySend: () => {
          connectedWhenAsked += 1;
          return false;
        },
      }),
    );
    await asked;
    expect(outcome).toEqual({ kind: "not_sent", cause: "send_window_over" });
    expect(connectedWhenAsked).toBe(1);
    await Promise.all([...listener.sockets].map((socket) => new Promise((resolve) => (socket.closed ? resolve(0) : socket.once("close", resolve)))));
    expect(listener.received()).toBe("");
  });

  it("writes nothing after a no on a connection in use before", async () => {
    const listener = await listen((socket) => socket.write(ok("x")));
    const http = client();
    await http.send(post(`http://127.0.0.1:${listener.port}/first`));
    const outcome = await http.send(post(`http://127.0.0.1:${listener.port}/second`, { maySend: () => false }));
    expect(outcome).toEqual({ kind: "not_sent", cause: "send_window_over" });
    expect(await http.send(post(`http://127.0.0.1:${listener.port}/third`))).toMatchObject({ kind: "response" });
    expect(listener.received()).not.toContain("/second");
  });

  it("is not asked when there is nobody to send to", async () => {
    const { server, port } = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    let asked = false;
    const outcome = await client().send(post(`http://127.0.0.1:${port}/`, { maySend: () => (asked = true) }));
    expect(outcome).toEqual({ kind: "not_sent", cause: "connection_refused" });
    expect(asked).toBe(false);
  });
});

describe("what a failure proves", () => {
  it("cannot tell when the connection is reset after the request", async () => {
    const { port } = await listen((socket) => socket.resetAndDestroy());
    expect(await client().send(post(`http://127.0.0.1:${port}/`))).toEqual({ kind: "unknown", cause: "connection_lost" });
  });

  it("cannot tell, and sends nothing again, when a connection in use before is reset", async () => {
    const listener = await listen((socket, soFar) => (soFar.includes("/second") ? socket.resetAndDestroy() : socket.write(ok("x"))));
    const http = client();
    await http.send(post(`http://127.0.0.1:${listener.port}/first`));
    expect(await http.send(post(`http://127.0.0.1:${listener.port}/second`))).toEqual({ kind: "unknown", cause: "connection_lost" });
    expect(listener.received().match(/\/second/g)).toHaveLength(1);
  });

  it("cannot tell when the answer never comes", async () => {
    const { port } = await listen(() => undefined);
    const outcome = await client().send(post(`http://127.0.0.1:${port}/`, { deadlineMs: 150 }));
    expect(outcome).toEqual({ kind: "unknown", cause: "timeout" });
  });

  it("cannot tell when the answer drips beyond the deadline", async () => {
    const { port } = await listen((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      const drip = setInterval(() => socket.write("."), 20);
      socket.once("close", () => clearInterval(drip));
    });
    expect(await client().send(post(`http://127.0.0.1:${port}/`, { deadlineMs: 200 }))).toEqual({ kind: "unknown", cause: "timeout" });
  });

  it("cannot tell when the answer is no HTTP, or breaks off", async () => {
    const garbage = await listen((socket) => socket.end("this is not HTTP\r\n\r\n"));
    const cut = await listen((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
    const http = client();
    expect(await http.send(post(`http://127.0.0.1:${garbage.port}/`))).toEqual({ kind: "unknown", cause: "unreadable_reply" });
    expect(await http.send(post(`http://127.0.0.1:${cut.port}/`))).toMatchObject({ kind: "unknown" });
  });

  it("knows that nothing was sent when the name is not known or connecting takes too long", async () => {
    const nowhere = client({ resolve: () => Promise.reject(new Error("ENOTFOUND")) });
    expect(await nowhere.send(post("https://nowhere.example/"))).toEqual({ kind: "not_sent", cause: "name_not_resolved" });
    const slow = client({ resolve: () => new Promise(() => undefined) });
    const outcome = await slow.send(post("https://slow.example/", { deadlineMs: 80 }));
    clients.pop();
    expect(outcome).toEqual({ kind: "not_sent", cause: "connect_timeout" });
  });

  it("knows that nothing was sent when the request itself is malformed", async () => {
    const { port, received } = await listen((socket) => socket.write(ok("x")));
    const outcome = await client().send(post(`http://127.0.0.1:${port}/`, { headers: { "x-a": "b\r\nx-c: d" } }));
    expect(outcome).toMatchObject({ kind: "not_sent" });
    expect(received()).toBe("");
  });
});

describe("guarding addresses", () => {
  const refused = { kind: "not_sent", cause: "address_refused" };

  it("refuses loopback for a live account, plain http included", async () => {
    const { port, received } = await listen((socket) => socket.write(ok("x")));
    const http = client();
    expect(await http.send(post(`http://127.0.0.1:${port}/`, { allowDevelopmentAddresses: false }))).toEqual(refused);
    expect(await http.send(post(`https://127.0.0.1:${port}/`, { allowDevelopmentAddresses: false }))).toEqual(refused);
    expect(received()).toBe("");
  });

  it("refuses ports of the platform and of the system on an address opened for development", async () => {
    const { port } = await listen((socket) => socket.write(ok("x")));
    expect(await client({ denyPorts: [port] }).send(post(`http://127.0.0.1:${port}/`))).toEqual(refused);
    expect(await client().send(post("http://127.0.0.1/"))).toEqual(refused);
  });

  it("refuses a name of which any address is special, and connects to the very address it looked at", async () => {
    const { port } = await listen((socket) => socket.write(ok("x")));
    const answers = [[{ address: "127.0.0.1", family: 4 }], [{ address: "10.0.0.1", family: 4 }]];
    let asked = 0;
    const rebinding = client({ resolve: () => Promise.resolve(answers[asked++]!) });
    expect(await rebinding.send(post(`http://rebinding.example:${port}/`))).toMatchObject({ kind: "response" });
    expect(asked).toBe(1);
    const both = client({ resolve: () => Promise.resolve([{ address: "93.184.216.34", family: 4 }, { address: "::1", family: 6 }]) });
    expect(await both.send(post("https://both.example/"))).toEqual(refused);
  });

  it("refuses a user name in the URL and other schemes", async () => {
    const http = client();
    expect(await http.send(post("https://user:pass@example.com/"))).toEqual(refused);
    expect(await http.send(post("ftp://example.com/"))).toEqual(refused);
    expect(await http.send(post("not a url"))).toEqual(refused);
  });
});
