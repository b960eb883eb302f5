import type { ChainPosition } from "@malipo/event-log";
import type { Checkpoint, EventRow } from "@malipo/projections";

/** A reader's position with what a take-over wants to know of the rows before it. */
export const withMarks = ({ offset, seq, head }: ChainPosition, rows: readonly EventRow[]): Checkpoint => {
  const cursors = rows.flatMap(({ commandOffset }) => (commandOffset === undefined ? [] : [commandOffset]));
  const times = rows.map(({ at }) => at);
  return {
    offset,
    seq,
    head,
    ...(cursors.length > 0 && { commandCursor: cursors.reduce((a, b) => Math.max(a, b)) }),
    ...(times.length > 0 && { lastAt: times.reduce((a, b) => (a > b ? a : b)) }),
  };
};
