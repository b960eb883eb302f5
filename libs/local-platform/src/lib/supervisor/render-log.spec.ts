import { describe, expect, it } from "@jest/globals";
import { renderLogLine } from "./render-log.js";

describe("a log line on the console", () => {
  it("is the message and what is particular to it", () => {
    const line = JSON.stringify({ level: 40, time: 1, pid: 2, hostname: "h", name: "router", msg: "provider slow", ms: 812 });
    expect(renderLogLine(line)).toBe("WARN provider slow ms=812");
    expect(renderLogLine(JSON.stringify({ level: "info", msg: "listening" }))).toBe("listening");
    expect(renderLogLine(JSON.stringify({ level: "error", msg: "lost" }))).toBe("ERROR lost");
  });

  it("leaves out debug lines and the framework's own start-up, which stay in the file", () => {
    expect(renderLogLine(JSON.stringify({ level: 20, msg: "x" }))).toBeUndefined();
    expect(renderLogLine(JSON.stringify({ level: 30, msg: "Mapped {/x}", context: "RouterExplorer" }))).toBeUndefined();
  });

  it("shows what is not JSON as it came, on one bounded line", () => {
    expect(renderLogLine("Error: boom")).toBe("Error: boom");
    expect(renderLogLine("{not json")).toBe("{not json");
    expect(renderLogLine(JSON.stringify({ level: 50, msg: "a\nb", err: { message: "no", stack: "s" } }))).toBe("ERROR a b err=no");
    expect(renderLogLine("x".repeat(10_000))!.length).toBeLessThanOrEqual(402);
  });
});
