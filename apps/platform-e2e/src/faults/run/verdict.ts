import type { Violation } from "@malipo/simulation/judges";
import type { FaultRun } from "./run-fault.js";

export type Verdict = "lost" | "doubled" | "stuck" | "other";

const verdicts: Readonly<Record<string, Verdict>> = {
  "what is answered is in the log": "lost",
  "every change is told": "lost",
  "one charge per payment": "doubled",
  "one send per attempt": "doubled",
  "nothing is left hanging": "stuck",
};

export const verdictOf = ({ rule }: Violation): Verdict => verdicts[rule] ?? "other";

const keyOf = ({ rule, subject, how }: Violation): string => `${rule}\n${subject}\n${how}`;

/** Remembers what was told, so that each broken rule is laid to one run only. */
export class Told {
  private readonly known = new Set<string>();

  unknown(violations: readonly Violation[]): readonly Violation[] {
    return violations.filter((violation) => !this.known.has(keyOf(violation)));
  }

  fresh(violations: readonly Violation[]): readonly Violation[] {
    const fresh = this.unknown(violations);
    for (const violation of fresh) this.known.add(keyOf(violation));
    return fresh;
  }
}

export const isSurvived = ({ violations, broken }: FaultRun): boolean => violations.length === 0 && broken === undefined;
