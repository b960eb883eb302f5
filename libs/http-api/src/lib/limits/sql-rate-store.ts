import type { RateClaim, RateGrant, RateStore } from "./rate-limiter.js";

/** The one thing needed of a PostgreSQL pool. Must bound its own waiting. */
export interface Queryable {
  query(text: string, values: readonly unknown[]): Promise<{ rows: readonly Record<string, unknown>[] }>;
}

/**
 * One statement for all keys of a tick. Times are microseconds of the database's clock, the only one all instances
 * share. Keys are sorted, so that two instances lock the same rows in the same order. No row may lie further ahead than
 * a spent burst of its tier: a clock that was set back, or a tier that was raised, would else shut an account out.
 */
const statement = `
  insert into rate_limits as known (key, arrival_us, granted)
  select key, now_us + least(wanted, burst) * interval_us, least(wanted, burst)
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as claim(key, interval_us, burst, wanted),
       (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us) as clock
  order by key
  on conflict (key) do update set (granted, arrival_us) = (
    select room, base_us + room * interval_us
    from (
      select base_us, interval_us, greatest(0, least(wanted, (now_us + burst * interval_us - base_us) / interval_us)) as room
      from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as claim(key, interval_us, burst, wanted),
           (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us) as clock,
           lateral (select least(greatest(known.arrival_us, now_us), now_us + burst * interval_us) as base_us) as base
      where claim.key = excluded.key
    ) as claim
  )
  returning key, granted, arrival_us - (extract(epoch from clock_timestamp()) * 1000000)::bigint as ahead_us`;

/** A row that lies behind the clock says nothing any more; without this, every address that ever failed would keep one. */
const sweep = `
  delete from rate_limits where ctid = any(array(
    select ctid from rate_limits where arrival_us < (extract(epoch from clock_timestamp()) * 1000000)::bigint limit 1000 for update skip locked))`;
const claimsPerSweep = 500;

export class SqlRateStore implements RateStore {
  private claims = 0;

  constructor(private readonly database: Queryable) {}

  async claim(claims: readonly RateClaim[]): Promise<readonly RateGrant[]> {
    this.claims += 1;
    if (this.claims % claimsPerSweep === 0) await this.database.query(sweep, []);
    const intervals = claims.map(({ tier }) => Math.max(1, Math.round(1_000_000 / tier.perSecond)));
    const { rows } = await this.database.query(statement, [
      claims.map(({ key }) => key),
      intervals,
      claims.map(({ tier }) => tier.burst),
      claims.map(({ wanted }) => wanted),
    ]);
    const byKey = new Map(rows.map((row) => [row["key"] as string, row]));
    return claims.map(({ key, tier }, index) => {
      const row = byKey.get(key);
      if (row === undefined) throw new Error("the rate limit statement left out a key");
      const intervalUs = intervals[index]!;
      const waitUs = Number(row["ahead_us"]) + intervalUs - tier.burst * intervalUs;
      return { granted: Number(row["granted"]), retryAfterMs: Math.max(0, waitUs / 1000) };
    });
  }
}
