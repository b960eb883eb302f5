import type { EventLog } from "@malipo/ports";
import type { PaymentsDatabase } from "@malipo/projections";
import type { IntakeCore } from "../intake-core.js";

/** Which partitions this process serves, and how far log, projections, and commands have come. */
export const deciderStatus = async (core: IntakeCore, database: PaymentsDatabase, log: EventLog): Promise<object> => {
  const [ends, commandEnds, checkpoints] = await Promise.all([core.tail.ends.latest(), log.ends("payments.commands.v1"), database.checkpoints()]);
  const serving = new Set(core.decider?.serving ?? []);
  const projecting = new Set(core.projector?.owned ?? []);
  return {
    serving: [...serving].sort((a, b) => a - b),
    partitions: [...ends].sort(([a], [b]) => a - b).map(([partition, { end }]) => {
      const read = core.tail.position(partition);
      const stored = checkpoints.get(partition);
      return {
        partition,
        serving: serving.has(partition),
        projecting: projecting.has(partition),
        end,
        read: read.offset,
        seq: read.seq,
        /** Records that were read and do not belong to the chain. */
        void: read.offset - read.seq,
        head: Buffer.from(read.head).toString("hex"),
        checkpoint: stored?.offset ?? 0,
        commandCursor: stored?.commandCursor ?? null,
        commandsEnd: commandEnds.get(partition)?.end ?? 0,
      };
    }),
  };
};
