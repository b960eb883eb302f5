import type { Fault, Journals } from "./journals.js";
import { judgeCallbacks } from "./judge-callbacks.js";
import { type End, judgeMoney } from "./judge-money.js";
import { judgeMoves } from "./judge-moves.js";
import { readStories } from "./story.js";

/** Every rule that a run broke; none is a verdict of innocence only over journals that are complete. */
export const judge = (journals: Journals, end: End): readonly Fault[] => {
  const { stories, faults } = readStories(journals.events);
  return [
    ...faults,
    ...judgeMoves(stories),
    ...judgeMoney(stories, journals.provider, end),
    ...judgeCallbacks(stories, journals.callbacks, end),
  ];
};
