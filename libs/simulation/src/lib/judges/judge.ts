import type { End, Journals, Violation } from "./journals.js";
import { judgeCallbacks } from "./judge-callbacks.js";
import { judgeLiveness } from "./judge-liveness.js";
import { judgeMoney } from "./judge-money.js";
import { judgeMoves } from "./judge-moves.js";
import { readStories } from "./story.js";

/** Every rule that a run broke; none is a verdict of innocence only over journals that are complete. */
export const judge = (journals: Journals, end: End): readonly Violation[] => {
  const { stories, faults } = readStories(journals.events);
  return [
    ...faults,
    ...judgeMoves(stories),
    ...judgeMoney(stories, journals.provider, end, journals.forged),
    ...judgeCallbacks(stories, journals.callbacks, end),
    ...(end === "settled" ? judgeLiveness(stories, journals.told) : []),
  ];
};
