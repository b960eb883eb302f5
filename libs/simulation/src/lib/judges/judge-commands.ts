import type { LoggedEvent, SentCommand, Violation } from "./journals.js";

/** Each command is decided at most once, and none of an API after its time: a client that was told 503 can rely on it. */
export const judgeCommands = (events: readonly LoggedEvent[], commands: readonly SentCommand[]): readonly Violation[] => {
  const violations: Violation[] = [];
  const sent = new Map(commands.map((command) => [command.id, command]));
  const decided = new Set<string>();
  for (const { causation, type, value } of events) {
    if (causation === undefined) continue;
    const broken = (rule: string, how: string): void => void violations.push({ rule, subject: causation, how });
    if (decided.has(causation)) broken("a command is decided once", `again by ${type}`);
    decided.add(causation);
    const command = sent.get(causation);
    if (command === undefined) broken("only what was asked is decided", `${type} answers a command that is not on its topic`);
    const before = command?.decideBeforeMs;
    if (before !== undefined && Date.parse(String(value["at"])) > before) broken("nothing is decided too late", `${type} at ${String(value["at"])}`);
  }
  return violations;
};
