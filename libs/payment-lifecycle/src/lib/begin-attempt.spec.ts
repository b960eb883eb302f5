import { describe, it } from "@jest/globals";
import { type Caller, instant } from "@malipo/kernel";
import { given, wait } from "../testing/given.js";
import { approval, attempt, begin, channel, confirm, decline, expire, initiate, startedAt } from "../testing/messages.js";

describe("beginning an attempt", () => {
  it("lets the named caller send, and tells the merchant that it is processing", () =>
    void given(initiate())
      .when(begin("a1", 1))
      .expectEvent("AttemptStarted", { attemptId: attempt("a1"), caller: "router-1#boot" as Caller, resolveBy: instant(startedAt + 2_000 + 30_000) })
      .expectPublic({ version: 2, type: "payment.processing", status: "processing" }));

  it("keeps the first caller when another one asks for the same attempt", () =>
    given(initiate(), begin("a1", 1)).when(begin("a1", 1, { caller: "router-2#boot" as Caller })).expectNothingNew());

  it("refuses a second attempt while one is open", () =>
    given(initiate(), begin("a1", 1)).when(begin("a2", 2)).expectRefusal("attempt_not_allowed", { why: "attempt_open" }));

  it("refuses a number out of turn", () =>
    given(initiate()).when(begin("a2", 2)).expectRefusal("attempt_not_allowed", { why: "wrong_number" }));

  it("refuses a channel that is not in the terms", () =>
    given(initiate()).when(begin("a1", 1, channel("elsewhere"))).expectRefusal("attempt_not_allowed", { why: "channel_not_in_terms" }));

  it("refuses when nobody could send it any more", () =>
    given(initiate()).when(begin("a1", 1, { sendBefore: startedAt })).expectRefusal("attempt_not_allowed", { why: "send_window_over" }));

  it("waits for the merchant's confirmation where one is required", () => {
    given(initiate({ confirmation: "required" })).when(begin("a1", 1)).expectRefusal("attempt_not_allowed", { why: "not_confirmed" });
    given(initiate({ confirmation: "required" }), confirm).when(begin("a1", 1)).expectEvent("AttemptStarted");
  });

  it("goes on with the next provider after a decline, which the merchant does not notice", () =>
    void given(initiate(), begin("a1", 1), decline("a1", "unspecified", channel("mobex")))
      .when(begin("a2", 2, channel("mobex")))
      .expectEvent("AttemptStarted")
      .expectPublic(undefined));

  it("charges nobody twice when the declined attempt took the money after all", () =>
    given(initiate(), begin("a1", 1), decline("a1", "unspecified", channel("mobex")), approval("a1"))
      .when(begin("a2", 2, channel("mobex")))
      .expectRefusal("attempt_not_allowed", { why: "already_paid" }));

  it("starts nothing for a payment that is over", () => {
    given(initiate(), wait(60_000), expire).when(begin("a1", 1)).expectRefusal("attempt_not_allowed", { why: "not_waiting" });
    given(initiate(), begin("a1", 1), decline("a1")).when(begin("a2", 2)).expectRefusal("attempt_not_allowed", { why: "not_waiting" });
  });

  it("says so when there is no such payment", () => given().when(begin("a1", 1)).expectRefusal("payment_not_found"));
});
