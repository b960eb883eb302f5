import type { Fault, LoggedEvent } from "./journals.js";

/** Each command is decided at most once, and none of an API after its time: a client that was told 503 can rely on it. */
export const judgeDecisions = (events: readonly LoggedEvent[], deadlines: ReadonlyMap<string, number>): readonly Fault[] => {
  const faults: Fault[] = [];
  const decided = new Set<string>();
  for (const { causation, type, value } of events) {
    if (causation === undefined) continue;
    const fault = (rule: string, how: string): void => void faults.push({ rule, subject: causation, how });
    if (decided.has(causation)) fault("a command is decided once", `again by ${type}`);
    decided.add(causation);
    const before = deadlines.get(causation);
    if (before !== undefined && Date.parse(String(value["at"])) > before) fault("nothing is decided too late", `${type} at ${String(value["at"])}`);
  }
  return faults;
};
