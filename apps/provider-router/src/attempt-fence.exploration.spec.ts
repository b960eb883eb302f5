import { describe, expect, it } from "@jest/globals";
import { type Explored, explore } from "@malipo/testing";
import { type Rules, type State, begin, keyOf, rules, stepsFrom, wrongRules } from "./testing/fence-model.js";

/*
 * The fence before every send, looked at in every order in which things can happen.
 *
 * Two routers serve one payment at the same time, as around a take-over. Each proposes an attempt, reads the record, looks at
 * its clocks, sends, hears the answer or nothing, asks about what another has sent, drops a proposal whose time is over; one
 * of them crashes and comes up again with its rows alone; commands reach the decider late and in any order; and time passes
 * between any two of these, over `sendBefore` and all that a provider may hide a request. The second router's wall clock is
 * ahead by the whole skew. The provider keeps no id: it charges whatever comes in. What is decided and folded (`decide`,
 * `evolve`, `evolveRouted`), what absence proves (`absenceIsProof`), and where to go next (`nextAfter`) are the product's own
 * functions; the order in which a router uses them is modelled after `BeginAttempts`, `CallProvider`, and `PollAttempts`.
 *
 * For this size it proves: an attempt is sent at most once, and a payment is charged at most once. It assumes what the platform
 * assumes: clocks of honest machines within the skew, and no pause between the last look at the clock and the write that is
 * longer than the provider's visibility delay. It does not prove anything of more than two attempts or more crashes, of
 * providers that break their word, nor that a payment comes to an end.
 */

const inEveryOrder = (may: Parameters<typeof begin>[0], use: Rules = rules): Promise<Explored> =>
  explore({
    start: begin(may),
    stepsFrom: (state: State) => stepsFrom(state, use),
    keyOf,
    isCounted: ({ provider }) => provider.some(({ charged }) => charged),
  });

describe("two routers and one payment, in every order", () => {
  // States counted when this was written: 217,801 and 179,173. Far fewer say that something no longer happens.
  it.each<[string, Parameters<typeof begin>[0], number, readonly string[]]>([
    ["with requests refused and answers lost", { crashes: 0, turnsAway: true }, 200_000, ["router n sends an, turned_away", "router n hears nothing of an", "router n finds nothing of an", "router n drops its proposal", "router n is too late for an"]],
    ["with a crash", { crashes: 1, turnsAway: false }, 170_000, ["router n crashes", "router n finds an", "router n finds nothing of an"]],
  ])("send an attempt once and charge once, %s", async (_, may, statesMin, shown) => {
    const { states, counted: charged, path, happened } = await inEveryOrder(may);
    expect(path).toEqual([]);
    expect(states).toBeGreaterThan(statesMin);
    expect(charged).toBeGreaterThan(10_000);
    expect([...happened]).toEqual(expect.arrayContaining([...shown]));
  }, 300_000);

  it.each<[keyof typeof wrongRules, string, readonly string[]]>([
    ["no check of the caller", "sent twice", ["router 1 may send a1", "router 1 sends a1, charged: sent twice"]],
    ["not found taken for not sent", "charged twice", ["router 0 sends a2, charged: charged twice"]],
    ["not found before the time to send is over", "charged twice", ["router 0 sends a2, charged: charged twice"]],
    ["fail-over after an unknown outcome", "charged twice", ["router 0 hears nothing of a1", "router 0 sends a2, charged: charged twice"]],
  ])("go wrong with %s", async (rule, how, shown) => {
    const { wrong, path } = await inEveryOrder({ crashes: 0, turnsAway: true }, wrongRules[rule]);
    expect(wrong).toBe(how);
    expect(path).toEqual(expect.arrayContaining([...shown]));
  }, 60_000);
});
