import { describe, expect, it } from "@jest/globals";
import { type AttemptId, type CurrencyCode, type Instant, type OrderNumber, type PaymentId, type ProviderId, money } from "@malipo/kernel";
import fc from "fast-check";
import type { KnownAttempt, Standing } from "./attempt-standing.js";
import { breaksOfLine, missingThere, resolutionOf } from "./breaks.js";
import { chooseAttempt } from "./match-line.js";
import { type LineDigest, type StatementLine, matchKey } from "./statement-line.js";

const provider = "pawapay" as ProviderId;
const usd = (minor: number) => money(BigInt(minor), "USD" as CurrencyCode);
const attempt = (id: string, over: Partial<KnownAttempt> = {}): KnownAttempt => ({
  attemptId: id as AttemptId,
  paymentId: "p1" as PaymentId,
  orderNumber: "o1" as OrderNumber,
  provider,
  amount: usd(1000),
  standing: "charged",
  startedAt: 0 as Instant,
  chargedAt: 1000 as Instant,
  keys: [id, "free"],
  ...over,
});
const line = (digest: string, keys: string[], over: Partial<StatementLine> = {}): StatementLine => ({
  digest: digest as LineDigest,
  provider,
  kind: "charge",
  transactionId: `t-${digest}`,
  keys,
  outcome: "completed",
  amount: usd(1000),
  at: 1000 as Instant,
  ...over,
});
const kinds = (...args: Parameters<typeof breaksOfLine>) => breaksOfLine(...args).map(({ kind }) => kind);

describe("a line of a statement", () => {
  it("agrees with the charged attempt that it names", () => {
    expect(chooseAttempt(line("l1", ["a1"]), [attempt("a2"), attempt("a1")])?.attemptId).toBe("a1");
    expect(breaksOfLine(line("l1", ["a1"]), attempt("a1"))).toEqual([]);
  });
  it("is missing here when we know no such attempt", () => expect(kinds(line("l1", ["x"]), undefined)).toEqual(["missing_here"]));
  it("differs by amount, also by currency alone", () => {
    expect(kinds(line("l1", ["a1"], { amount: usd(999) }), attempt("a1"))).toEqual(["amount"]);
    expect(kinds(line("l1", ["a1"], { amount: money(1000n, "CDF" as CurrencyCode) }), attempt("a1"))).toEqual(["amount"]);
  });
  it.each<Standing>(["open", "not_charged"])("differs by status from an attempt that is %s", (standing) =>
    expect(kinds(line("l1", ["a1"]), attempt("a1", { standing }))).toEqual(["status"]));
  it("differs by status when it failed and we hold the money", () => {
    expect(kinds(line("l1", ["a1"], { outcome: "failed" }), attempt("a1"))).toEqual(["status"]);
    expect(kinds(line("l1", ["a1"], { outcome: "failed" }), attempt("a1", { standing: "not_charged" }))).toEqual([]);
    expect(kinds(line("l1", ["x"], { outcome: "pending" }), undefined)).toEqual([]);
  });
  it("takes no attempt that another line has taken, so a second charge shows", () => {
    const taken = attempt("a1", { line: "l1" as LineDigest });
    expect(chooseAttempt(line("l2", ["a1"]), [taken])).toBeUndefined();
    expect(chooseAttempt(line("l1", ["a1"]), [taken])).toBe(taken);
  });
  it("takes the charged attempt of a payment whose attempts share a key", () => {
    const attempts = [attempt("a1", { standing: "not_charged" }), attempt("a2", { startedAt: 5 as Instant })];
    expect(chooseAttempt(line("l1", ["receipt", "free"]), attempts)?.attemptId).toBe("a2");
  });
  it("never takes an attempt at another provider", () =>
    expect(chooseAttempt(line("l1", ["a1"]), [attempt("a1", { provider: "daraja" as ProviderId })])).toBeUndefined());
  it("is matched the same in whatever order attempts are read", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({ id: fc.constantFrom("a", "b", "c", "d", "e"), standing: fc.constantFrom<Standing>("open", "charged", "not_charged"), startedAt: fc.nat(2) }),
          { selector: ({ id }) => id },
        ),
        fc.nat(100),
        (given, turn) => {
          const attempts = given.map(({ id, ...over }) => attempt(id, over as Partial<KnownAttempt>));
          const turned = [...attempts.slice(turn % (attempts.length + 1)), ...attempts.slice(0, turn % (attempts.length + 1))].reverse();
          return chooseAttempt(line("l1", ["free"]), attempts)?.attemptId === chooseAttempt(line("l1", ["free"]), turned)?.attemptId;
        },
      ),
    ));
});

describe("a charge of ours without a line", () => {
  it("is missing there only after the statement's lag", () => {
    expect(missingThere(attempt("a1"), 1999 as Instant, 1000)).toBeUndefined();
    expect(missingThere(attempt("a1"), 2000 as Instant, 1000)).toMatchObject({ kind: "missing_there", attemptId: "a1", ours: usd(1000) });
  });
  it("is nothing while we do not claim the money", () =>
    expect(missingThere(attempt("a1", { standing: "open" }), 9999 as Instant, 1000)).toBeUndefined());
  it("is resolved by the line that comes later", () => {
    const open = missingThere(attempt("a1"), 9999 as Instant, 0)!;
    expect(resolutionOf(open, undefined, attempt("a1"))).toBeUndefined();
    expect(resolutionOf(open, line("l1", ["a1"]), attempt("a1", { line: "l1" as LineDigest }))).toBe("line_arrived");
  });
});

describe("an open break", () => {
  it("closes when our attempt catches up with the line", () => {
    const [open] = breaksOfLine(line("l1", ["a1"]), attempt("a1", { standing: "open" }));
    expect(resolutionOf(open!, line("l1", ["a1"]), attempt("a1", { standing: "open" }))).toBeUndefined();
    expect(resolutionOf(open!, line("l1", ["a1"]), attempt("a1"))).toBe("attempt_caught_up");
  });
  it("of a line that was missing here closes when the attempt turns up", () => {
    const [open] = breaksOfLine(line("l1", ["a1"]), undefined);
    expect(open?.breakId).toBe("missing_here.pawapay.l1");
    expect(resolutionOf(open!, line("l1", ["a1"]), attempt("a1"))).toBe("attempt_caught_up");
  });
  it("of a wrong amount stays", () => {
    const wrong = line("l1", ["a1"], { amount: usd(5) });
    expect(resolutionOf(breaksOfLine(wrong, attempt("a1"))[0]!, wrong, attempt("a1"))).toBeUndefined();
  });
});

describe("match keys", () => {
  it("are the same however an id is spelt", () => expect(matchKey(" 8F14E45F-CEEA ")).toBe("8f14e45fceea"));
});
