import { describe, expect, it } from "@jest/globals";
import { instant } from "@malipo/kernel";
import { given, wait } from "../testing/given.js";
import { approval, asksForCode, begin, closeReview, expire, initiate, openReview, startedAt } from "../testing/messages.js";
import { initialPayment } from "./payment.js";
import { timersOf } from "./timers.js";

describe("the clock", () => {
  it("expires a payment that was never tried", () =>
    void given(initiate(), wait(60_000))
      .when(expire)
      .expectEvent("PaymentExpired", { cause: "no_attempt" })
      .expectPublic({ version: 2, type: "payment.expired", status: "expired" }));

  it("does not expire it before its time", () => given(initiate()).when(expire).expectRefusal("move_not_allowed", { why: "too_early" }));

  it("never ends a payment that was tried, however long it takes", () =>
    given(initiate(), begin("a1", 1), wait(365 * 86_400_000)).when(expire).expectNothingNew());

  it("opens a review of a payment that stays without a word, which the merchant does not notice", () => {
    const unresolved = [initiate(), begin("a1", 1), wait(30_000)] as const;
    given(...unresolved).when(openReview("unresolved-a1")).expectEvent("ReviewOpened", { kind: "unresolved" }).expectPublic(undefined);
    given(...unresolved, openReview("unresolved-a1")).when(openReview("unresolved-a1")).expectNothingNew();
    given(...unresolved, approval("a1")).when(openReview("unresolved-a1")).expectNothingNew();
    given(initiate(), begin("a1", 1)).when(openReview("unresolved-a1")).expectRefusal("move_not_allowed", { why: "too_early" });
    given(...unresolved).when(openReview("unresolved-a2")).expectRefusal("review_not_found");
  });

  it("completes a payment under review all the same", () =>
    void given(initiate(), begin("a1", 1), wait(30_000), openReview("unresolved-a1")).when(approval("a1")).expectEvent("PaymentCompleted"));
});

describe("closing a review", () => {
  const reviewed = [initiate(), begin("a1", 1), wait(30_000), openReview("unresolved-a1")] as const;

  it("keeps who closed it and how, once", () => {
    given(...reviewed).when(closeReview("unresolved-a1")).expectEvent("ReviewClosed", { by: "operator-1" });
    given(...reviewed, closeReview("unresolved-a1")).when(closeReview("unresolved-a1")).expectNothingNew();
    given(...reviewed).when(closeReview("unresolved-a2")).expectRefusal("review_not_found");
  });
});

describe("the timers of a payment", () => {
  it("are its expiry until it is tried, then the time for a review, then none", () => {
    expect(timersOf(initialPayment)).toEqual([]);
    expect(timersOf(given(initiate()).state)).toEqual([{ kind: "expiresAt", at: instant(startedAt + 61_000), command: expire }]);
    const review = [{ kind: "resolveBy", at: instant(startedAt + 32_000), command: openReview("unresolved-a1") }];
    expect(timersOf(given(initiate(), begin("a1", 1)).state)).toEqual(review);
    expect(timersOf(given(initiate(), begin("a1", 1), asksForCode("a1")).state)).toEqual(review);
    expect(timersOf(given(initiate(), begin("a1", 1), wait(30_000), openReview("unresolved-a1")).state)).toEqual([]);
    expect(timersOf(given(initiate(), begin("a1", 1), approval("a1")).state)).toEqual([]);
  });
});
