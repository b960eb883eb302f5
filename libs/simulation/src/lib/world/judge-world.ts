import { judge } from "../judges/judge.js";
import { livenessRules } from "../judges/judge-liveness.js";
import type { End, Journals, Violation } from "../judges/journals.js";
import { readStories } from "../judges/story.js";
import { judgeStatements } from "./statements/judge-statements.js";
import { recordsOf } from "./journals-of-world.js";
import type { World } from "./world.js";

const isLiveness = ({ rule }: Violation): boolean => livenessRules.has(rule);

/** Safety: what must hold at every moment. */
export const judgeSafety = (world: World, journals: Journals, end: End): readonly Violation[] => [
  ...judge(journals, end).filter((violation) => !isLiveness(violation)),
  ...judgeProcesses(world),
];

/** Liveness: what must have come about once everything was healed and has come to rest. */
export const judgeProgress = (world: World, journals: Journals): readonly Violation[] => [
  ...judge(journals, "settled").filter(isLiveness),
  ...judgeStatements(world.ledgers, recordsOf(world, "reconciliation.events.v1"), approvedIn(journals)),
  ...world.merchant.gaveUp.map((subject) => ({ rule: "every create is answered", subject, how: "the merchant gave up" })),
];

const approvedIn = ({ events }: Journals): ReadonlySet<string> => new Set([...readStories(events).stories.values()].flatMap(({ approved }) => approved));

/** A process that gives up has to have a reason, and one that has this reason must not go on. */
const judgeProcesses = ({ fatals, faults, wentOnWithShortLog }: World): readonly Violation[] => {
  const { clock_step, emptied_database, lost_tail } = faults.injected;
  const mayGiveUp: Readonly<Record<string, boolean>> = {
    // Also when it comes back: whoever was started meanwhile knows no other time.
    clock_off: clock_step > 0,
    rows_lost: emptied_database > 0,
    log_truncated: lost_tail > 0,
  };
  const unfounded = fatals.filter(({ error }) => mayGiveUp[String((error as { code?: unknown }).code)] !== true);
  return [
    ...unfounded.map(({ process, error }) => ({ rule: "no process gives up", subject: process, how: String(error) })),
    ...wentOnWithShortLog.map((subject) => ({ rule: "nobody goes on with a shorter log", subject, how: "runs on what the log has lost" })),
  ];
};
