import { Worker } from "node:worker_threads";
import { describe, expect, it } from "@jest/globals";
import { patched } from "./patched-modules.js";

const built = new URL("../../../dist/lib/controls/patched-modules.js", import.meta.url).href;

/** Runs the text as a module in a thread of its own, since what a thread has loaded cannot be changed. */
const inThread = (text: string): Promise<unknown> => {
  const head = `import { parentPort } from "node:worker_threads"; import { patchModules } from ${JSON.stringify(built)};
    const say = (value) => parentPort.postMessage(value);
    const money = "libs/kernel/dist/lib/money.js";`;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(head + text)}`));
  worker.once("message", resolve);
  worker.once("error", reject);
  return promise.finally(() => worker.terminate());
};
const importing = (specifier: string): string => `await import(${JSON.stringify(import.meta.resolve(specifier))})`;

describe("a patch", () => {
  const patch = { module: "m.js", find: "a < b", replace: "a <= b /* $& */" };

  it("changes the one place it names, to the letter", () => {
    expect(patched("if (a < b) x();", patch, "p")).toBe("if (a <= b /* $& */) x();");
  });

  it("is refused when the place is not there, or is there twice", () => {
    expect(() => patched("if (b > a) x();", patch, "late_by_one")).toThrow(/late_by_one: m\.js holds the text to replace 0 times/);
    expect(() => patched("a < b && a < b", patch, "late_by_one")).toThrow(/2 times/);
  });
});

describe("a thread with patched modules", () => {
  const patch = `const done = patchModules({ name: "signs", patches: [{ module: money, find: "export const money =", replace: "export const planted = 1; export const money =" }] });`;
  const kernel = importing("@malipo/kernel");

  it("runs what was changed", async () => {
    const text = `${patch} ${kernel}; done(); const { planted } = await import(${JSON.stringify(new URL("lib/money.js", import.meta.resolve("@malipo/kernel")).href)}); say(planted);`;
    expect(await inThread(text)).toBe(1);
  });

  it("says when a module to change was never loaded", async () => {
    await expect(inThread(`${patch} done();`)).rejects.toThrow("signs: libs/kernel/dist/lib/money.js was never loaded");
  });
});
