import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { between, processorSeconds, processorTimes } from "./processor-time.js";

const burn = "const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);";

describe("the processor time of a process", () => {
  it("holds that of children that have ended", () => {
    const before = processorSeconds(process.pid);
    execFileSync(process.execPath, ["-e", burn]);
    expect(processorSeconds(process.pid) - before).toBeGreaterThan(0.15);
  });

  it("holds that of children that still run", async () => {
    const before = processorTimes({ here: process.pid });
    const child = spawn(process.execPath, ["-e", `${burn} console.log("done"); setInterval(() => {}, 1000)`], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    expect(between(before, processorTimes({ here: process.pid }))["here"]).toBeGreaterThan(0.15);
    child.kill();
    await once(child, "exit");
  });
});
