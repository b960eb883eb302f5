import { describe, expect, it } from "@jest/globals";
import { type Explored, explore } from "@malipo/testing";
import { begin, commands, type Faults, keyOf, type Rules, rules, type State, stepsFrom, wrongRules } from "./chain-model.conformance.js";

/*
 * The chain rule, looked at in every order in which things can happen.
 *
 * Two writers decide the same three commands, each with an outcome of its own, in at most three appends each: one in batches
 * of two, one singly. Between any two steps any other may come: an append arrives, late or never or twice; its answer
 * comes or does not; a writer reads on, whatever it waits for; a connection is made anew; the broker loses its last record and
 * another takes the place. Reading, linking, checking, and what an acknowledgement means are the product's own functions
 * (`ChainReader`, `link`, `verifyPosition`, `appendMeaning`); the order in which a writer uses them is modelled here after
 * `ChainWriter` and `ChainTail`, to which the simulations of overlapping writers tie it. A reader between is either writer,
 * and `truth`, which reads every record as it comes to lie in the log.
 *
 * For this size it proves: whoever tells a client anything has folded exactly what every other reader of the log folds up to
 * there, so no claim is untrue and nothing valid is passed over; no command is decided twice; and no decision stands on another
 * history than the one it was taken on. What a broker loses after it acknowledged it stays lost: then the proof is that nobody
 * goes on as if it were there. It does not prove anything of more writers, longer logs, or more faults in one history than
 * are named, nor that everything is decided in the end.
 */

const none: Faults = { lost: 0, unanswered: 0, duplicate: 0, reconnect: 0, cut: 0 };

const inEveryOrder = (faults: Partial<Faults>, use: Rules = rules): Promise<Explored> =>
  explore({
    start: begin({ ...none, ...faults }),
    stepsFrom: (state: State) => stepsFrom(state, use),
    keyOf,
    isCounted: ({ truth }) => truth.fold.length === commands.length,
  });

describe("two writers of one chain, in every order", () => {
  // States counted when this was written: 252,000 together. A number far below says that something no longer happens.
  it.each<[string, Partial<Faults>, number, string]>([
    ["without a fault", {}, 3_000, "writer n hears of n: unknown"],
    ["with a request lost", { lost: 1 }, 11_000, "writer n hears nothing of n"],
    ["with an answer lost, or a request late", { unanswered: 1 }, 80_000, "writer n gives up on n"],
    ["with a request that comes twice", { duplicate: 1 }, 80_000, "n arrives, and will again"],
    ["with a reconnect", { reconnect: 1 }, 18_000, "writer n checks the log"],
    ["with a lost end of the log", { cut: 1 }, 54_000, "writer n hears of n: truncated"],
  ])("claim nothing untrue, and decide nothing twice or on another history, %s", async (_, faults, statesMin, shown) => {
    const { states, counted: decided, path, happened } = await inEveryOrder(faults);
    expect(path).toEqual([]);
    expect(states).toBeGreaterThan(statesMin);
    expect(decided).toBeGreaterThan(states / 2);
    expect(happened).toContain(shown);
  }, 120_000);

  it.each<[keyof typeof wrongRules, Partial<Faults>, readonly string[]]>([
    [
      "a sequence number in place of the digest",
      {},
      ["writer 0 sends 0.0", "writer 1 sends 1.0", "1.0 arrives", "0.0 arrives: decided on another history"],
    ],
    [
      "a bare acknowledgement",
      {},
      ["writer 0 sends 0.0", "writer 1 sends 1.0", "0.0 arrives", "1.0 arrives", "writer 1 installs 1.0: an untrue claim"],
    ],
    [
      "no re-read after a reconnect",
      { cut: 1 },
      ["writer 0 sends 0.0", "writer 1 sends 1.0", "1.0 arrives", "writer 0 reads on", "the broker loses its last record", "0.0 arrives", "writer 0 reads on: an untrue claim"],
    ],
    [
      "an answer from before a reconnect",
      { cut: 1 },
      ["writer 0 sends 0.0", "0.0 arrives", "the broker loses its last record", "writer 0 installs 0.0: an untrue claim"],
    ],
  ])("go wrong with %s, and this is the shortest way", async (rule, faults, shortest) => {
    const { wrong, path } = await inEveryOrder(faults, wrongRules[rule]);
    expect(path).toEqual(shortest);
    expect(wrong).toBeDefined();
  });
});
