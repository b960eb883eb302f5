export type { AcceptedCallback, Fault, Journals, LoggedEvent, ProviderEntry } from "./lib/judges/journals.js";
export { judge } from "./lib/judges/judge.js";
export { judgeCallbacks } from "./lib/judges/judge-callbacks.js";
export { judgeMoney, type End } from "./lib/judges/judge-money.js";
export { judgeMoves } from "./lib/judges/judge-moves.js";
export { readStories, type SeenView, type Story } from "./lib/judges/story.js";
export { judgeAnswers, type CreateAnswered, type Seen } from "./lib/judges/judge-answers.js";
export { runSeed, type RunOptions, type SeedResult } from "./lib/world/run-seed.js";
export type { Plant } from "./lib/world/surroundings.js";
