import { type Instant, instant } from "@malipo/kernel";
import type { Clock, Logger, Scheduler, Timer } from "@malipo/ports";
import { queryRows } from "@malipo/projections";
import type { Pool } from "pg";

const FLUSH_MS = 5_000;
const PENDING_MAX = 100_000;

/**
 * When each credential was used last: operational, so it is a row written now and then and no event. A crash forgets a few
 * seconds of it, and a database that is down delays nobody's token.
 */
export class CredentialUses {
  private pending = new Map<string, Instant>();
  private timer: Timer | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly clock: Clock,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
  ) {}

  used(credentialId: string): void {
    if (this.pending.size >= PENDING_MAX) return;
    this.pending.set(credentialId, this.clock.now());
    this.timer ??= this.scheduler.after(FLUSH_MS, () => {
      this.timer = undefined;
      this.flushing = this.flush();
    });
  }

  async lastUsed(credentialIds: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
    const statement = "select credential_id, last_used_at from credential_uses where credential_id = any($1::text[])";
    const rows = await queryRows(this.pool, statement, [credentialIds]);
    const stored = rows.map((row) => [row["credential_id"] as string, instant((row["last_used_at"] as Date).getTime())] as const);
    const unsaved = credentialIds.flatMap((id) => (this.pending.has(id) ? [[id, this.pending.get(id)!] as const] : []));
    return new Map([...stored, ...unsaved]);
  }

  async close(): Promise<void> {
    this.timer?.cancel();
    await this.flushing;
    await this.flush();
  }

  private async flush(): Promise<void> {
    const pending = this.pending;
    if (pending.size === 0) return;
    this.pending = new Map();
    try {
      await this.pool.query(
        `insert into credential_uses as known (credential_id, last_used_at)
         select * from unnest($1::text[], $2::timestamptz[])
         on conflict (credential_id) do update set last_used_at = greatest(known.last_used_at, excluded.last_used_at)`,
        [[...pending.keys()], [...pending.values()].map((at) => new Date(at).toISOString())],
      );
    } catch (error) {
      this.logger.warn({ error, count: pending.size }, "last uses of credentials were not saved");
    }
  }
}
