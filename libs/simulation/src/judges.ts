/*
 * The judges alone, without the simulated world: runs on real servers judge by the same rules and load nothing of what
 * they judge.
 */
export type * from "./lib/judges/journals.js";
export { judge } from "./lib/judges/judge.js";
export { judgedTopics, readTopics, TopicsReader } from "./lib/judges/read-topics.js";
