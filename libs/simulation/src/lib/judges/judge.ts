import type { End, Journals, Violation } from "./journals.js";
import { judgeCallbacks } from "./judge-callbacks.js";
import { judgeCommands } from "./judge-commands.js";
import { judgeLiveness } from "./judge-liveness.js";
import { judgeMoney } from "./judge-money.js";
import { judgeMoves } from "./judge-moves.js";
import { judgeReads } from "./judge-reads.js";
import { judgeRequests } from "./judge-requests.js";
import { judgeRows } from "./judge-rows.js";
import { judgeSecrets } from "./judge-secrets.js";
import { judgeVoids } from "./judge-voids.js";
import { readStories } from "./story.js";

/**
 * Every rule that a run broke; none is a verdict of innocence only over journals that are complete.
 *
 * In the simulation: keep one `TopicsReader`, give it every partition of `judgedTopics` at each look, and spread its
 * `journals` with those of merchants, endpoints, and ledgers. On real servers: `readTopics` of a dump, rows of one
 * `repeatable read` transaction taken together with their checkpoints, the sandbox's ledger, and what the load wrote down;
 * once while faults go on (`stopped`), and once everything was healed and has come to rest (`settled`).
 */
export const judge = (journals: Journals, end: End): readonly Violation[] => {
  const { events, provider, callbacks, requests, rows, commands, secrets, places } = journals;
  const { stories, violations } = readStories(events);
  return [
    ...(journals.unreadable ?? []),
    ...violations,
    ...judgeMoves(stories),
    ...judgeMoney(stories, provider, end, journals.forged),
    ...judgeCallbacks(stories, callbacks, end, journals.parked),
    ...judgeVoids(events, journals),
    ...(commands === undefined ? [] : judgeCommands(events, commands)),
    ...(requests === undefined ? [] : [...judgeRequests(stories, requests, end), ...judgeReads(stories, requests, callbacks)]),
    ...(rows === undefined ? [] : judgeRows(events, rows, end)),
    ...(secrets === undefined || places === undefined ? [] : judgeSecrets(secrets, places)),
    ...(end === "settled" ? judgeLiveness(stories, journals.told) : []),
  ];
};
