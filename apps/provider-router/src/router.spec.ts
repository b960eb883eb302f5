import { describe, expect, it } from "@jest/globals";
import { type PaymentEventCodec, paymentEventCodec } from "@malipo/event-contracts";
import { type AttemptId, type PaymentId, instant } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { PaymentProvider } from "@malipo/provider-contract";
import { attemptIdOf } from "@malipo/security";
import { RouterWorld, account } from "./testing/router-world.js";
import { VirtualTime, settle } from "./testing/virtual-time.js";
import { WorldProvider } from "./testing/world-provider.js";
import { MemoryRouterStore } from "./track-payments/memory-router-store.js";

const setUp = (...providers: WorldProvider[]) => {
  const time = new VirtualTime();
  const world = new RouterWorld(time, (instance) => new Map(providers.map((provider) => [provider.id, mortal(provider, instance)])));
  const status = (id: PaymentId): string => world.log.payment(id).status;
  const told = (id: PaymentId): string[] => world.log.history(id).map(({ type }) => type);
  return { time, world, status, told };
};

/** A dead process sends nothing; what it sent before its death arrives all the same. */
const mortal = (provider: WorldProvider, instance: { dead: boolean }): PaymentProvider => {
  const never = new Promise<never>(() => undefined);
  return new Proxy(provider, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name !== "collect" && name !== "fetchOutcome") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return async (...args: unknown[]) => {
        if (instance.dead) return never;
        const answer = await (value as (...all: unknown[]) => Promise<Outcome>).apply(target, args);
        return instance.dead ? never : answer;
      };
    },
  });
};

const pawa = () => new WorldProvider("pawa");
const dara = () =>
  new WorldProvider("dara", { idempotentById: false, notFoundIsProof: false, visibilityDelayMs: 0, queryableWithoutReply: false, webhookUrl: "per_attempt" });
const first = (id: PaymentId): AttemptId => attemptIdOf(id, 1);

describe("a payment's way", () => {
  it("begins, is sent once, and is completed by a webhook that the query confirms", async () => {
    const provider = pawa();
    const { time, world, status, told } = setUp(provider);
    const { router } = await world.start();
    const id = await world.pay({ id: "1", providers: ["pawa"] });
    await settle();
    expect(status(id)).toBe("processing");
    expect(await router.webhooks.receive("pawa", provider.webhook(first(id), "approved"))).toBe("stored");
    await settle();
    expect(told(id)).toEqual(["PaymentInitiated", "AttemptStarted", "AttemptProgressed", "PaymentCompleted"]);
    expect(world.log.history(id).at(-1)).toMatchObject({ evidence: { source: "webhook", position: expect.stringMatching(/^providers\.evidence\.v1\/\d+\/0$/) } });
    await time.advance(120_000);
    expect(provider.reached).toEqual([first(id)]);
    expect(world.log.refused).toEqual([]);
  });

  it("puts a reference that names the payer on record sealed, and asks with the plain one", async () => {
    const provider = new WorldProvider("dara", { queryableWithoutReply: false, referencesNamePayer: true });
    provider.behaviour = { onCollect: "pending" };
    const { time, world, status } = setUp(provider);
    await world.start();
    const id = await world.pay({ id: "1", providers: ["dara"] });
    await settle();
    const [progressed] = world.log.history(id).filter(({ type }) => type === "AttemptProgressed");
    expect(progressed).toMatchObject({ providerReference: expect.stringMatching(/^v1\./) });
    provider.states.set(first(id), "approved");
    await time.advance(120_000);
    expect(status(id)).toBe("completed");
    expect(provider.askedWith).toContain(`ref-${first(id)}`);
  });

  it("is completed by asking when no webhook comes", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    await world.start();
    const id = await world.pay({ id: "2", providers: ["pawa"] });
    await time.advance(1_500);
    expect(status(id)).toBe("completed");
    expect(provider.charges).toBe(1);
  });

  it("stays processing while nothing is known, however long, and is never failed by a clock", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { time, world, status } = setUp(provider);
    await world.start();
    const id = await world.pay({ id: "3", providers: ["pawa"] });
    await time.advance(24 * 3_600_000);
    expect(status(id)).toBe("processing");
    provider.settle(first(id), "approved");
    await time.advance(61_000);
    expect(status(id)).toBe("completed");
  });

  it("does not believe a webhook that the query denies, and records it as a contradiction once the money is certain", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { world, status, told, time } = setUp(provider);
    const { router } = await world.start();
    const id = await world.pay({ id: "4", providers: ["pawa"] });
    await settle();
    await router.webhooks.receive("pawa", provider.webhook(first(id), "approved"));
    await settle();
    expect(status(id)).toBe("processing");
    provider.settle(first(id), "approved");
    await router.webhooks.receive("pawa", provider.webhook(first(id), "declined"));
    await settle();
    expect(status(id)).toBe("completed");
    expect(told(id).slice(-2)).toEqual(["PaymentCompleted", "ContradictionRecorded"]);
    await router.webhooks.receive("pawa", provider.webhook(first(id), "approved"));
    await time.advance(60_000);
    expect(told(id).at(-1)).toBe("ContradictionRecorded");
  });

  it("keeps a late success of a closed payment, which left memory long ago", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "decline" };
    const { time, world, status, told } = setUp(provider);
    const { router } = await world.start();
    const id = await world.pay({ id: "5", providers: ["pawa"] });
    await time.advance(10_000);
    expect(status(id)).toBe("failed");
    expect(router.book.payment(id)).toBeUndefined();
    provider.settle(first(id), "approved");
    await router.webhooks.receive("pawa", provider.webhook(first(id), "approved"));
    await time.advance(1_000);
    expect(status(id)).toBe("failed");
    expect(told(id).at(-1)).toBe("LateSuccessRecorded");
  });

  it("keeps an approval that no query confirmed while the record was closed by another witness", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { time, world, status, told } = setUp(provider);
    const { router } = await world.start();
    const id = await world.pay({ id: "6", providers: ["pawa"] });
    await settle();
    provider.queriesAnswered = false;
    provider.settle(first(id), "approved");
    await router.webhooks.receive("pawa", provider.webhook(first(id), "approved"));
    await settle();
    expect(status(id)).toBe("processing");
    const outcome = { kind: "declined", reason: "payer_timeout", providerCode: "EXPIRED" } as const;
    world.log.command({ type: "RecordOutcome", paymentId: id, attemptId: first(id), outcome, evidence: { source: "query" } }, account);
    await time.advance(20_000);
    expect(status(id)).toBe("expired");
    expect(told(id).at(-1)).toBe("LateSuccessRecorded");
  });
});

describe("asking about an open attempt", () => {
  it("keeps one pace for each, however often a webhook hurries it while an answer is awaited", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { time, world } = setUp(provider);
    let asked = 0;
    const ask = provider.fetchOutcome.bind(provider);
    provider.fetchOutcome = async (query) => {
      asked += 1;
      await time.sleep(700);
      return ask(query);
    };
    const { router } = await world.start();
    const id = await world.pay({ id: "8", providers: ["pawa"] });
    for (let i = 0; i < 30; i++) {
      await time.advance(900);
      await router.webhooks.receive("pawa", provider.webhook(first(id), "declined"));
    }
    await time.advance(120_000);
    asked = 0;
    await time.advance(600_000);
    expect(asked).toBeLessThanOrEqual(11);
  });
});

describe("failing over", () => {
  it("goes to the next provider when nothing was sent or the first one turned it away, and to none after a decline", async () => {
    for (const [onCollect, ends] of [["refused_connection", "completed"], ["unavailable", "completed"], ["decline", "failed"]] as const) {
      const [a, b] = [new WorldProvider("a"), new WorldProvider("b")];
      a.behaviour = { onCollect };
      const { time, world, status } = setUp(a, b);
      await world.start();
      const id = await world.pay({ id: "10", providers: ["a", "b"] });
      await time.advance(5_000);
      expect([onCollect, status(id), a.charges + b.charges]).toEqual([onCollect, ends, ends === "completed" ? 1 : 0]);
    }
  });

  it("fails with provider_unavailable when there is no other", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "unavailable" };
    const { time, world } = setUp(provider);
    await world.start();
    const id = await world.pay({ id: "11", providers: ["pawa"] });
    await time.advance(1_000);
    expect(world.log.payment(id)).toMatchObject({ status: "failed", public: { reason: "provider_unavailable" } });
  });

  it("never goes elsewhere after a lost answer, and fails only when absence is proof", async () => {
    const [a, b] = [new WorldProvider("a"), new WorldProvider("b")];
    a.behaviour = { onCollect: "broken" };
    const { time, world, status } = setUp(a, b);
    await world.start();
    const id = await world.pay({ id: "12", providers: ["a", "b"] });
    await time.advance(16_900);
    expect([status(id), b.reached.length]).toEqual(["processing", 0]);
    await time.advance(60_000);
    expect([status(id), b.charges, a.charges]).toEqual(["completed", 1, 0]);
  });
});

describe("the fence before every send", () => {
  it("sends each attempt once, whichever of two routers at once owns everything", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    await world.start();
    await world.start();
    const ids: PaymentId[] = [];
    for (let i = 0; i < 40; i++) ids.push(await world.pay({ id: `a${i}`, providers: ["pawa"] }));
    await time.advance(120_000);
    expect(new Set(provider.reached).size).toBe(provider.reached.length);
    expect(ids.map(status)).toEqual(ids.map(() => "completed"));
    expect(provider.charges).toBe(40);
  });

  it("only asks about an attempt of a process that is gone, and begins another once absence is proven", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    await world.start({ dieAt: "provider-router.after_recorded_before_acted" });
    const id = await world.pay({ id: "20", providers: ["pawa"] });
    await settle();
    await world.start();
    await time.advance(16_000);
    expect([status(id), provider.reached.length]).toEqual(["processing", 0]);
    await time.advance(30_000);
    expect([status(id), provider.reached]).toEqual(["completed", [attemptIdOf(id, 2)]]);
  });

  it("leaves it open where nothing can prove that it was not sent", async () => {
    const provider = dara();
    const { time, world, status } = setUp(provider);
    await world.start({ dieAt: "provider-router.after_recorded_before_acted" });
    const id = await world.pay({ id: "21", providers: ["dara"] });
    await settle();
    await world.start();
    await time.advance(3_600_000);
    expect([status(id), provider.reached.length]).toEqual(["processing", 0]);
  });

  it("sends nothing once its time is over, and proposes anew", async () => {
    const provider = dara();
    const { time, world, status, told } = setUp(provider);
    const { tail } = await world.start();
    tail.paused = true;
    const id = await world.pay({ id: "22", providers: ["dara"] });
    tail.paused = false;
    tail.wake();
    tail.paused = false;
    await settle();
    expect(status(id)).toBe("processing");

    const late = await world.pay({ id: "23", providers: ["dara"] });
    await Promise.resolve();
    world.log.held = [];
    await settle();
    tail.paused = true;
    world.log.release();
    await time.advance(11_000);
    tail.paused = false;
    tail.wake();
    await time.advance(5_000);
    expect(told(late).filter((type) => type === "AttemptStarted")).toHaveLength(2);
    expect(provider.reached.filter((reached) => reached !== first(id))).toEqual([attemptIdOf(late, 2)]);
  });

  it("takes no machine's word for absence whose clock was set ahead while the caller may still send", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    const socket = Promise.withResolvers<void>();
    provider.socketReady = socket.promise;
    await world.start();
    const id = await world.pay({ id: "25", providers: ["pawa"] });
    await settle();
    await world.start({ clock: { now: () => instant(time.now() + 3_600_000), monotonicMs: () => time.monotonicMs() } });
    await time.advance(9_000);
    socket.resolve();
    await time.advance(60_000);
    expect([status(id), provider.charges]).toEqual(["completed", 1]);
  });

  it("proposes again when the decider was away, and is never sent twice for it", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    await world.start();
    const id = await world.pay({ id: "24", providers: ["pawa"] });
    world.log.held = [];
    await time.advance(30_000);
    world.log.release();
    await time.advance(60_000);
    expect(status(id)).toBe("completed");
    expect(provider.charges).toBe(1);
  });
});

describe("more payments than a provider is called with at once", () => {
  it("wait for that provider alone, and each gets its turn", async () => {
    const [slow, quick] = [new WorldProvider("slow"), new WorldProvider("quick")];
    const sockets = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    [slow.socketReady, quick.socketReady] = [sockets[0].promise, sockets[1].promise];
    const { time, world, status } = setUp(slow, quick);
    await world.start({ config: { callsPerProviderMax: 1 } });
    const ids: PaymentId[] = [];
    for (const [id, provider] of [["40", "slow"], ["41", "quick"], ["42", "slow"], ["43", "slow"], ["44", "quick"]] as const) {
      ids.push(await world.pay({ id, providers: [provider] }));
      await settle();
    }
    expect(ids.map(status)).toEqual(["processing", "processing", "pending", "pending", "pending"]);
    sockets[1].resolve();
    await time.advance(5_000);
    expect(ids.map(status)).toEqual(["processing", "completed", "pending", "pending", "completed"]);
    sockets[0].resolve();
    await time.advance(5_000);
    expect(ids.map(status)).toEqual(ids.map(() => "completed"));
  });
});

describe("dying and coming back", () => {
  it.each([
    ["provider-router.after_learned_before_recorded", "pawa"],
    ["provider-router.after_recorded_before_acted", "pawa"],
    ["provider-router.after_acted_before_outcome", "pawa"],
    ["provider-router.after_learned_before_recorded", "dara"],
    ["provider-router.after_acted_before_outcome", "dara"],
  ])("at %s with %s charges at most once and loses nothing", async (dieAt, kind) => {
    const provider = kind === "pawa" ? pawa() : dara();
    const { time, world, status } = setUp(provider);
    await world.start({ dieAt });
    const id = await world.pay({ id: "30", providers: [kind] });
    await settle();
    const { router } = await world.start();
    if (provider.charges > 0) await router.webhooks.receive(kind, provider.webhook(first(id), "approved"));
    await time.advance(120_000);
    expect([status(id), provider.charges]).toEqual(["completed", 1]);
  });

  it("reads a webhook again that was stored and not yet interpreted", async () => {
    const provider = dara();
    provider.behaviour = { onCollect: "lost" };
    const { time, world, status } = setUp(provider);
    const dying = await world.start();
    const id = await world.pay({ id: "31", providers: ["dara"] });
    await settle();
    const stored = dying.router.webhooks.receive("dara", provider.webhook(first(id), "approved"));
    dying.kill();
    expect(await stored).toBe("stored");
    await settle();
    expect(status(id)).toBe("processing");
    await world.start();
    await time.advance(1_000);
    expect([status(id), provider.charges]).toEqual(["completed", 1]);
  });

  it("keeps what only the call has learned when the key store does not answer at once", async () => {
    const [a, b] = [new WorldProvider("a", { queryableWithoutReply: false, notFoundIsProof: false }), new WorldProvider("b")];
    a.behaviour = { onCollect: "unavailable" };
    const { time, world, status } = setUp(a, b);
    await world.start();
    const open = world.vault.open.bind(world.vault);
    let down = 0;
    a.onReach = () => (down = 3);
    world.vault.open = async (...what) => {
      if (down-- > 0) throw new Error("the key store does not answer");
      return open(...what);
    };
    const id = await world.pay({ id: "37", providers: ["a", "b"] });
    await time.advance(20_000);
    expect([status(id), a.reached.length, b.charges]).toEqual(["completed", 1, 1]);
  });

  it("declares unsent what it was given while it stops, and the next process sends it", async () => {
    const provider = dara();
    const { time, world, status } = setUp(provider);
    const leaving = await world.start();
    const id = await world.pay({ id: "32", providers: ["dara"] });
    world.log.held = [];
    await settle();
    const stopped = leaving.router.stop();
    await settle();
    world.log.release();
    await time.advance(3_000);
    await stopped;
    expect(provider.reached).toHaveLength(0);
    await world.start();
    await time.advance(5_000);
    expect([status(id), provider.charges]).toEqual(["completed", 1]);
  });

  it("keeps a webhook whose attempt is in a batch that still waits for rows", async () => {
    const [closed, open] = [pawa(), dara()];
    closed.behaviour = { onCollect: "decline" };
    open.behaviour = { onCollect: "lost" };
    const { time, world, status } = setUp(closed, open);
    const dying = await world.start();
    const forgotten = await world.pay({ id: "33", providers: ["pawa"] });
    await time.advance(10_000);
    const { router, tail } = await world.start();
    tail.paused = true;
    const id = await world.pay({ id: "34", providers: ["dara"] });
    const late = { kind: "approved", providerReference: "late" } as const;
    world.log.command({ type: "RecordOutcome", paymentId: forgotten, attemptId: first(forgotten), outcome: late, evidence: { source: "query" } }, account);
    await settle();
    dying.kill();
    const rows = world.store.payments.bind(world.store);
    const gate = Promise.withResolvers<void>();
    world.store.payments = async (ids) => (await gate.promise, rows(ids));
    tail.paused = false;
    tail.wake();
    await settle();
    await router.webhooks.receive("dara", open.webhook(first(id), "approved"));
    await time.advance(1_000);
    gate.resolve();
    await time.advance(5_000);
    expect([status(id), world.log.parked.length]).toEqual(["completed", 0]);
  });

  it("begins anew when its rows were taken away, and forgets no payment for it", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { time, world } = setUp(provider);
    const running = await world.start();
    const before = await world.pay({ id: "35", providers: ["pawa"] });
    await time.advance(1_000);
    world.store = new MemoryRouterStore();
    const after = await world.pay({ id: "36", providers: ["pawa"] });
    await time.advance(1_000);
    expect(running.fault).toMatchObject({ code: "rows_lost" });
    const { router } = await world.start();
    await time.advance(1_000);
    expect(router.book.unfinished().map(({ paymentId }) => paymentId)).toEqual([before, after]);
  });

  it("takes no missing row for an attempt that never was, when rows were taken away and nothing else happens", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "decline" };
    const { time, world } = setUp(provider);
    const running = await world.start();
    const id = await world.pay({ id: "37", providers: ["pawa"] });
    await time.advance(5_000);
    world.store = new MemoryRouterStore();
    await running.router.webhooks.receive("pawa", provider.webhook(first(id), "approved"));
    await time.advance(20_000);
    expect(running.fault).toMatchObject({ code: "rows_lost" });
    await world.start();
    await time.advance(20_000);
    expect([world.log.evidence.flat().length, world.log.parked.length]).toEqual([1, 0]);
  });

  it("folds from its rows to the same picture", async () => {
    const provider = pawa();
    provider.behaviour = { onCollect: "pending" };
    const { time, world } = setUp(provider);
    const before = await world.start();
    for (let i = 0; i < 5; i++) await world.pay({ id: `b${i}`, providers: ["pawa"] });
    await time.advance(2_000);
    const picture = before.router.book.unfinished();
    await before.router.stop();
    const after = await world.start();
    expect(after.router.book.unfinished()).toEqual(picture);
    expect(picture).toHaveLength(5);
  });
});

describe("a record of the next version", () => {
  const cancelledNext = "payments.payment.cancelled.v2";
  const resolvedNext = "payments.attempt.resolved.v2";
  const nextVersion: PaymentEventCodec = {
    ...paymentEventCodec,
    decode: (type, value) => paymentEventCodec.decode(type.replace(/v2$/, "v1"), value),
  };
  const cancel = (paymentId: PaymentId) => ({ type: "CancelPayment", paymentId, by: "merchant" }) as const;

  it("holds its payment alone, over a restart, and is folded by the first router that can read it", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    world.log.wireType = (event) => (event.type === "PaymentCancelled" ? cancelledNext : undefined);
    let running = await world.start({ config: { callsPerProviderMax: 0 } });
    const id = await world.pay({ id: "1", providers: ["pawa"] });
    await settle();
    world.log.command(cancel(id), account);
    await time.advance(1_000);
    expect(running.router.book.unfinished()).toEqual([]);
    running.kill();
    running = await world.start();
    const other = await world.pay({ id: "2", providers: ["pawa"] });
    await time.advance(30_000);
    expect(provider.reached).toEqual([first(other)]);
    expect(world.log.refused).toEqual([]);
    expect(running.router.book.unfinished()).toEqual([]);
    await running.router.stop();
    const { router } = await world.start({ codec: nextVersion });
    await time.advance(1_000);
    expect(await router.book.findPayment(id)).toMatchObject({ phase: "closed" });
    expect((await world.store.load()).held).toEqual([]);
    await time.advance(60_000);
    expect([provider.reached, status(id)]).toEqual([[first(other)], "cancelled"]);
  });

  it("holds what follows it too, and nothing is begun twice or forgotten when it is read", async () => {
    const [one, two] = [pawa(), new WorldProvider("next")];
    one.behaviour = { onCollect: "refused_connection" };
    const { time, world, status } = setUp(one, two);
    world.log.wireType = (event) => (event.type === "AttemptResolved" ? resolvedNext : undefined);
    const old = await world.start();
    const id = await world.pay({ id: "1", providers: ["pawa", "next"] });
    await time.advance(30_000);
    expect([two.reached, status(id)]).toEqual([[], "processing"]);
    old.kill();
    const again = await world.start();
    await time.advance(30_000);
    expect(two.reached).toEqual([]);
    again.kill();
    await world.start({ codec: nextVersion });
    await time.advance(60_000);
    expect([two.reached, status(id)]).toEqual([[attemptIdOf(id, 2)], "completed"]);
  });

  it("is read from the log again where the rows beside it were emptied", async () => {
    const provider = pawa();
    const { time, world, status } = setUp(provider);
    world.log.wireType = (event) => (event.type === "PaymentCancelled" ? cancelledNext : undefined);
    const old = await world.start({ config: { callsPerProviderMax: 0 } });
    const id = await world.pay({ id: "1", providers: ["pawa"] });
    await settle();
    world.log.command(cancel(id), account);
    await time.advance(1_000);
    old.kill();
    const { held } = await world.store.load();
    expect(held).not.toEqual([]);
    world.store.empty();
    await world.store.save({ positions: new Map(), payments: [], held, released: [], savedTo: new Map() });
    const { router } = await world.start({ codec: nextVersion });
    await time.advance(60_000);
    expect(await router.book.findPayment(id)).toMatchObject({ phase: "closed" });
    expect([provider.reached, status(id)]).toEqual([[], "cancelled"]);
  });
});

describe("the webhook edge", () => {
  it("refuses a wrong secret and an unknown provider, and stores nothing of them", async () => {
    const provider = pawa();
    const { world } = setUp(provider);
    const { router } = await world.start();
    expect(await router.webhooks.receive("pawa", { ...provider.webhook(first("1" as PaymentId), "approved"), pathToken: "wrong" })).toBe("refused");
    expect(await router.webhooks.receive("nobody", provider.webhook(first("1" as PaymentId), "approved"))).toBe("refused");
    expect(world.log.evidence.flat()).toHaveLength(0);
  });

  it("keeps one provider's word about another's attempt apart", async () => {
    const [asked, stranger] = [dara(), pawa()];
    asked.behaviour = { onCollect: "pending" };
    const { time, world, status } = setUp(asked, stranger);
    const { router } = await world.start();
    const id = await world.pay({ id: "50", providers: ["dara"] });
    await settle();
    asked.settle(first(id), "approved");
    expect(await router.webhooks.receive("pawa", stranger.webhook(first(id), "approved"))).toBe("stored");
    await settle();
    expect([status(id), world.log.parked.length]).toEqual(["processing", 1]);
    await time.advance(2_000);
    expect(status(id)).toBe("completed");
  });

  it("keeps what it cannot read and what tells of no attempt of ours, parked with the reason", async () => {
    const provider = pawa();
    const { time, world } = setUp(provider);
    const { router } = await world.start();
    await router.webhooks.receive("pawa", { pathToken: "secret", headers: {}, body: Buffer.from("garbage") });
    await router.webhooks.receive("pawa", provider.webhook(first("77" as PaymentId), "approved"));
    await time.advance(20_000);
    expect(world.log.evidence.flat()).toHaveLength(2);
    expect(world.log.parked).toHaveLength(2);
  });
});
