import { describe, expect, it } from "@jest/globals";
import { type PaymentEventCodec, paymentEventCodec } from "@malipo/event-contracts";
import type { AttemptId } from "@malipo/kernel";
import { NotAStatementError } from "./import-statement/read-statement.js";
import { InMemoryReconciliationStore } from "./keep-reconciliation/in-memory-reconciliation-store.js";
import { ReconciliationWorld } from "./testing/reconciliation-world.js";

const started = async (): Promise<ReconciliationWorld> => {
  const world = new ReconciliationWorld();
  await world.start();
  return world;
};

describe("a statement", () => {
  it("that says what our log says opens no break", async () => {
    const world = await started();
    for (const attempt of ["a1", "a2", "a3", "a4"]) {
      world.begins(attempt);
      world.completes(attempt);
    }
    await world.pass(120_000);
    const result = await world.import(["a1", "a2", "a3", "a4"].map((attempt) => world.line(attempt)));
    expect(result).toMatchObject({ lines: 4, newLines: 4, knownLines: 0, matched: 4, breaksOpened: 0 });
    expect(await world.open()).toEqual([]);
    await world.stop();
  });

  it("shows each kind of break, and a second import of it changes nothing", async () => {
    const world = await started();
    for (const attempt of ["ok", "less", "gone", "lost"]) world.begins(attempt);
    for (const attempt of ["ok", "less", "gone"]) world.completes(attempt);
    world.fails("lost");
    await world.pass(120_000);
    const lines = [world.line("ok"), world.line("less", "9.00"), world.line("lost"), world.line("stranger")];
    expect(await world.import(lines)).toMatchObject({ newLines: 4, matched: 3, breaksOpened: 4 });
    const open = ["amount less", "missing_here -", "missing_there gone", "status lost"];
    expect(await world.open()).toEqual(open);
    const before = world.recorded().split("\n").filter((text) => text.includes("breakId") || text.includes("digest"));
    expect(await world.import(lines)).toMatchObject({ newLines: 0, knownLines: 4, breaksOpened: 0, breaksClosed: 0 });
    expect(await world.open()).toEqual(open);
    expect(world.recorded().split("\n").filter((text) => text.includes("breakId") || text.includes("digest"))).toEqual(before);
    await world.stop();
  });

  it("does not miss what the provider may not have written down yet", async () => {
    const world = await started();
    world.begins("young");
    world.completes("young");
    await world.pass(5_000);
    expect(await world.import([])).toMatchObject({ breaksOpened: 0 });
    await world.pass(120_000);
    expect(await world.import([])).toMatchObject({ breaksOpened: 1 });
    await world.stop();
  });

  it("is followed by one that looks at the last charges of its day", async () => {
    const world = await started();
    const day = world.day;
    const midnight = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    world.clock.offMs += midnight - 20_000 - world.clock.now();
    world.begins("eve");
    world.completes("eve");
    await world.pass(30_000);
    expect(world.day).not.toBe(day);
    expect(await world.import([], day)).toMatchObject({ breaksOpened: 0 });
    world.clock.offMs += 86_400_000;
    expect(await world.import([])).toMatchObject({ breaksOpened: 0 });
    world.clock.offMs -= 43_200_000;
    expect(await world.import([], world.day)).toMatchObject({ breaksOpened: 1 });
    expect(await world.open()).toEqual(["missing_there eve"]);
    await world.stop();
  });

  it("counts what it cannot read, and goes on", async () => {
    const world = await started();
    const result = await world.import([world.line("a1", "ten"), world.line("a2", "10.00", "ODDLY"), world.line("a3")]);
    expect(result).toMatchObject({ lines: 3, newLines: 2, unreadableLines: 1, unreadable: [{ line: 1, why: "Amount cannot be read" }] });
    expect(await world.open()).toEqual(["missing_here -"]);
    await world.stop();
  });

  it("that is none is refused and leaves nothing behind", async () => {
    const world = await started();
    await expect(world.importText("a,b\n1,2\n")).rejects.toThrow(NotAStatementError);
    expect(world.recorded()).toBe("");
    await world.stop();
  });

  it("brings no payer's number into what is recorded", async () => {
    const world = await started();
    await world.import([world.line("a1")]);
    expect(world.recorded()).toContain("op");
    expect(world.recorded()).not.toContain("243812345789");
    await world.stop();
  });
});

describe("an open break", () => {
  it("closes when our completion comes after the line", async () => {
    const world = await started();
    world.begins("late");
    await world.pass(1_000);
    await world.import([world.line("late")]);
    expect(await world.open()).toEqual(["status late"]);
    world.completes("late");
    expect(await world.open()).toEqual([]);
    const [closed] = await world.store.breaks({ state: "closed", limit: 10 });
    expect(closed).toMatchObject({ kind: "status", resolution: "attempt_caught_up", owner: "operations" });
    await world.stop();
  });

  it("of a line that we knew nothing of closes when the attempt turns up", async () => {
    const world = await started();
    await world.import([world.line("new")]);
    expect(await world.open()).toEqual(["missing_here -"]);
    world.begins("new");
    world.completes("new");
    expect(await world.open()).toEqual([]);
    expect(await world.store.linesOfAttempts(["new" as never])).toHaveLength(1);
    await world.stop();
  });

  it("of a charge without a line closes when a later statement has it", async () => {
    const world = await started();
    world.begins("tardy");
    world.completes("tardy");
    await world.pass(120_000);
    await world.import([]);
    expect(await world.open()).toEqual(["missing_there tardy"]);
    await world.import([world.line("tardy")]);
    expect(await world.open()).toEqual([]);
    await world.stop();
  });
});

describe("a reconciliation that dies", () => {
  it("in the middle of an import is made whole by importing the file again", async () => {
    for (let ms = 2; ms < 120; ms += 6) {
      const world = await started();
      for (let i = 0; i < 8; i += 1) world.begins(`a${i}`);
      for (let i = 0; i < 6; i += 1) world.completes(`a${i}`);
      await world.pass(120_000);
      const lines = [1, 2, 3, 4, 5, 6, 7].map((i) => world.line(`a${i}`, i === 2 ? "1.00" : "10.00"));
      world.import(lines).catch(() => undefined);
      await world.pass(ms);
      world.crash();
      await world.pass(100);
      await world.start();
      await world.import(lines);
      expect(await world.open()).toEqual(["amount a2", "missing_there a0", "status a6", "status a7"]);
      await world.stop();
    }
  });

  it("comes back with the same rows, also from nothing but the topics", async () => {
    const world = await started();
    world.begins("a1");
    world.completes("a1");
    await world.pass(120_000);
    await world.import([world.line("a1", "3.00"), world.line("a9")]);
    const before = await world.store.breaks({ limit: 10 });
    world.crash();
    world.store = new InMemoryReconciliationStore();
    await world.start();
    await world.pass(3_000);
    expect(await world.store.breaks({ limit: 10 })).toEqual(before);
    world.begins("a9");
    world.completes("a9");
    expect(await world.open()).toEqual(["amount a1"]);
    await world.stop();
  });

  it("notices rows that were taken away while nothing happens", async () => {
    const world = await started();
    world.gaveUp = [];
    world.begins("a1");
    world.completes("a1");
    await world.pass(120_000);
    expect(world.gaveUp).toEqual([]);
    world.store.empty();
    await world.pass(20_000);
    expect(world.gaveUp).toEqual([expect.objectContaining({ code: "rows_lost" })]);
    world.crash();
    await world.start();
    await world.pass(3_000);
    expect(await world.store.attemptsById(["a1" as AttemptId])).toHaveLength(1);
    await world.stop();
  });
});

describe("an event of the next version", () => {
  it("is waited for, so that nothing of its payment is missing when it can be read", async () => {
    const nextVersion: PaymentEventCodec = { ...paymentEventCodec, decode: (type, value) => paymentEventCodec.decode(type.replace(/v2$/, "v1"), value) };
    const world = await started();
    world.wireType = ({ type }) => (type === "PaymentCompleted" ? "payments.payment.completed.v2" : undefined);
    world.begins("before");
    world.completes("before");
    world.begins("after");
    world.completes("after");
    await world.pass(120_000);
    expect(world.problem).toContain("newer version");
    world.crash();
    await world.start(nextVersion);
    await world.pass(120_000);
    expect(await world.import(["before", "after"].map((attempt) => world.line(attempt)))).toMatchObject({ matched: 2, breaksOpened: 0 });
    await world.stop();
  });
});
