/*
 * The judges alone, without the simulated world: runs on real servers judge by the same rules and load nothing of what
 * they judge.
 */
export type * from "./lib/judges/journals.js";
export { judge } from "./lib/judges/judge.js";
export { historyOf } from "./lib/judges/history.js";
export { livenessRules } from "./lib/judges/judge-liveness.js";
export { judgeSecrets } from "./lib/judges/judge-secrets.js";
export { judgedTopics, readTopics, TopicsReader } from "./lib/judges/read-topics.js";
