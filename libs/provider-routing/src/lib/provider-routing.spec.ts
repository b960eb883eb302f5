import { describe, expect, it } from "@jest/globals";
import { type ChannelId, type ProviderId, instant } from "@malipo/kernel";
import type { NextCandidate, Outcome } from "@malipo/payment-lifecycle";
import { absenceIsProof } from "./absence.js";
import { type RoutingQuestion, chooseProvider } from "./choose-provider.js";
import { type FailOverQuestion, nextAfter } from "./fail-over.js";
import { judgeWebhook, needsConfirmation, unconfirmedAfterAll } from "./judge-webhook.js";
import { pollDelayMs, productionPolls, readPollDelays } from "./poll-schedule.js";
import { evolveHealth, initialHealth, isHealthy } from "./provider-health.js";

const channel = (provider: string): NextCandidate => ({ provider: provider as ProviderId, channelId: `${provider}-1` as ChannelId });
const [a, b] = [channel("a"), channel("b")];
const question: RoutingQuestion = { channels: [a, b], gapOf: () => undefined, isHealthy: () => true, tried: [] };

describe("choosing a provider", () => {
  it("takes the first channel that serves, and says why of each", () => {
    expect(chooseProvider(question)).toEqual({
      chosen: a,
      candidates: [{ ...a, chosen: true, reason: "best" }, { ...b, chosen: false, reason: "not_needed" }],
    });
    const answer = chooseProvider({ ...question, gapOf: (provider) => (provider === "a" ? "operator_not_served" : undefined) });
    expect(answer.candidates.map(({ reason }) => reason)).toEqual(["operator_not_served", "best"]);
  });

  it("prefers a healthy one, but takes an unhealthy one rather than none", () => {
    expect(chooseProvider({ ...question, isHealthy: (provider) => provider === "b" }).chosen).toBe(b);
    const answer = chooseProvider({ ...question, channels: [a], isHealthy: () => false });
    expect(answer.candidates).toEqual([{ ...a, chosen: true, reason: "unhealthy_but_only" }]);
  });

  it("goes where the record says, and never back otherwise", () => {
    expect(chooseProvider({ ...question, next: b }).chosen).toBe(b);
    expect(chooseProvider({ ...question, tried: [a] }).chosen).toBe(b);
    expect(chooseProvider({ ...question, tried: [a], next: a }).chosen).toBe(a);
    expect(chooseProvider({ ...question, tried: [a, b] }).chosen).toBeUndefined();
  });
});

describe("failing over", () => {
  const after = (outcome: Outcome, extra: Partial<FailOverQuestion> = {}) =>
    nextAfter({ ...question, outcome, source: "reply", current: a, attempts: 1, ...extra });
  const unavailable: Outcome = { kind: "declined", reason: "provider_unavailable", providerCode: "X" };

  it("goes on after nothing was sent, or when the provider turned the request away", () => {
    expect(after({ kind: "not_sent", cause: "connection_refused" })).toBe(b);
    expect(after({ kind: "not_sent", cause: "not_found_after_visibility" }, { source: "absence" })).toBe(b);
    expect(after(unavailable)).toBe(b);
  });

  it("stays after everything else: a prompt may be alive, or the payer has answered", () => {
    expect(after(unavailable, { source: "query" })).toBeUndefined();
    expect(after({ kind: "declined", reason: "insufficient_funds", providerCode: "1" })).toBeUndefined();
    expect(after({ kind: "unknown", cause: "timeout" })).toBeUndefined();
    expect(after({ kind: "in_progress" })).toBeUndefined();
    expect(after({ kind: "approved", providerReference: "r" })).toBeUndefined();
  });

  it("ends when all were tried, and repeats a channel only for faults of our own, and not for ever", () => {
    expect(after({ kind: "not_sent", cause: "connection_refused" }, { channels: [a] })).toBeUndefined();
    expect(after({ kind: "not_sent", cause: "stopping" })).toBe(a);
    expect(after({ kind: "not_sent", cause: "caller_gone" }, { source: "absence" })).toBe(a);
    expect(after({ kind: "not_sent", cause: "stopping" }, { attempts: 3, channels: [a] })).toBeUndefined();
    expect(after({ kind: "not_sent", cause: "connection_refused" }, { attempts: 5 })).toBeUndefined();
  });
});

describe("absence", () => {
  const question = { sendBefore: instant(10_000), skewMs: 2_000, visibilityDelayMs: 5_000, notFoundIsProof: true, sendWindowMs: 10_000, knownForMs: 20_000 };
  it("proves something only after the last send would be visible, and where the provider's word is proof", () => {
    expect(absenceIsProof({ ...question, askedAt: instant(17_000) })).toBe(false);
    expect(absenceIsProof({ ...question, askedAt: instant(17_001) })).toBe(true);
    expect(absenceIsProof({ ...question, askedAt: instant(99_000), notFoundIsProof: false })).toBe(false);
  });

  it("proves nothing to a clock that was set ahead", () => {
    expect(absenceIsProof({ ...question, askedAt: instant(3_600_000), knownForMs: 15_000 })).toBe(false);
    expect(absenceIsProof({ ...question, askedAt: instant(3_600_000), knownForMs: 15_001 })).toBe(true);
  });
});

describe("judging a webhook", () => {
  const approved: Outcome = { kind: "approved", providerReference: "receipt" };
  const byQuery: Outcome = { kind: "approved", providerReference: "checkout" };
  const declined: Outcome = { kind: "declined", reason: "unspecified", providerCode: "9" };
  const progress: Outcome = { kind: "in_progress", providerReference: "checkout" };
  const silence = { kind: "nothing" } as const;

  it("asks about an unsigned one, and about a signed one that surprises", () => {
    expect(needsConfirmation("open", approved, false)).toBe(true);
    expect(needsConfirmation("open", approved, true)).toBe(false);
    expect(needsConfirmation("declined", approved, true)).toBe(true);
    expect(needsConfirmation("approved", approved, false)).toBe(false);
    expect(needsConfirmation("open", progress, false)).toBe(false);
  });

  it("records what both say, with the webhook's receipt", () =>
    expect(judgeWebhook("open", approved, byQuery)).toEqual({ record: [approved], unconfirmed: false }));

  it("believes the query over the webhook", () => {
    expect(judgeWebhook("open", approved, declined).record).toEqual([declined]);
    expect(judgeWebhook("open", declined, byQuery).record).toEqual([byQuery, declined]);
    expect(judgeWebhook("declined", approved, declined).record).toEqual([]);
  });

  it("keeps a decline after an approval as a contradiction, and a confirmed approval after a decline as late", () => {
    expect(judgeWebhook("approved", declined, byQuery).record).toEqual([declined]);
    expect(judgeWebhook("declined", approved, byQuery).record).toEqual([approved]);
    expect(judgeWebhook("not_sent", approved, byQuery).record).toEqual([approved]);
  });

  it("records nothing for a repeat", () => {
    expect(judgeWebhook("approved", approved, byQuery).record).toEqual([]);
    expect(judgeWebhook("declined", declined, declined).record).toEqual([]);
    expect(judgeWebhook("not_sent", declined, declined).record).toEqual([]);
  });

  it("does not believe what nothing confirms while the attempt is open, and never lets it vanish otherwise", () => {
    for (const answer of [silence, progress]) {
      expect(judgeWebhook("open", approved, answer)).toEqual({ record: [], unconfirmed: true });
      expect(judgeWebhook("declined", approved, answer)).toEqual({ record: [], unconfirmed: true });
    }
    expect(unconfirmedAfterAll("open", approved)).toEqual([]);
    expect(unconfirmedAfterAll("declined", approved)).toEqual([approved]);
  });

  it("takes progress only while the attempt is open", () => {
    expect(judgeWebhook("open", progress, silence).record).toEqual([progress]);
    expect(judgeWebhook("approved", progress, silence).record).toEqual([]);
  });
});

describe("polling", () => {
  it("comes at the first delays, then doubles up to the cap", () => {
    expect([0, 1, 2, 3, 4, 20].map((done) => pollDelayMs(productionPolls, done, 0))).toEqual([5_000, 15_000, 45_000, 90_000, 180_000, 900_000]);
    expect(pollDelayMs(productionPolls, 0, 0.999)).toBeLessThanOrEqual(5_500);
  });

  it("reads delays from text", () => {
    expect(readPollDelays("1,2,4")).toEqual([1_000, 2_000, 4_000]);
    expect(() => readPollDelays("1,x")).toThrow(RangeError);
    expect(() => readPollDelays("")).toThrow(RangeError);
  });
});

describe("a provider's health", () => {
  it("is bad after five bad signals in a row, for a while, and good again with one answer", () => {
    let health = initialHealth;
    for (let i = 0; i < 4; i++) health = evolveHealth(health, "unreachable", instant(0));
    expect(isHealthy(health, instant(0))).toBe(true);
    health = evolveHealth(health, "no_answer", instant(0));
    expect(isHealthy(health, instant(4_999))).toBe(false);
    expect(isHealthy(health, instant(5_000))).toBe(true);
    health = evolveHealth(health, "unavailable", instant(5_000));
    expect(isHealthy(health, instant(14_999))).toBe(false);
    health = evolveHealth(health, "answered", instant(6_000));
    expect(isHealthy(health, instant(6_000))).toBe(true);
    expect(health.totals).toEqual({ answered: 1, unavailable: 1, unreachable: 4, no_answer: 1 });
  });
});
