import type { Choice } from "./fault.js";

/** Draws whole numbers from a seed (mulberry32): small, and the same on every machine. */
export const choiceOf = (seed: number): Choice => {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (bound) => draw() % bound };
};

export const oneOf = <T>(choice: Choice, items: readonly T[]): T => {
  const item = items[choice.below(items.length)];
  if (item === undefined) throw new Error("a choice among nothing");
  return item;
};

/** One of the names, each as often as its share says. */
export const byShare = <T extends string>(choice: Choice, shares: Readonly<Record<T, number>>): T => {
  const entries = Object.entries(shares) as [T, number][];
  let at = choice.below(entries.reduce((sum, [, share]) => sum + share, 0));
  for (const [name, share] of entries) {
    if (at < share) return name;
    at -= share;
  }
  throw new Error("shares are whole numbers");
};
