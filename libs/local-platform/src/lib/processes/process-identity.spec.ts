import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { isPortFree } from "../net/ports.js";
import { identify, isRunning } from "./process-identity.js";
import { waitUntil } from "./wait-until.js";

/** Holds a port, and enough memory that its end takes a while after its first thread is gone. */
const holder = `
  Buffer.alloc(3e8, 1);
  const server = require("node:http").createServer().listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

describe("a process that is dying", () => {
  it("runs until it holds nothing any more", async () => {
    const child = spawn(process.execPath, ["-e", holder], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    const identity = identify(child.pid!)!;
    expect(isRunning(identity)).toBe(true);
    child.kill("SIGKILL");
    // Without a pause: the moment in which only its first thread is gone is a short one.
    while (isRunning(identity));
    expect(await isPortFree(Number(line))).toBe(true);
    await waitUntil(() => (child.signalCode === "SIGKILL" ? true : undefined), { timeoutMs: 5_000, what: "its exit is told" });
  });
});
