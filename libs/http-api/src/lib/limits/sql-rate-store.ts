import type { RateClaim, RateGrant, RateStore } from "./rate-limiter.js";

/** The one thing needed of a PostgreSQL pool. Must bound its own waiting. */
export interface Queryable {
  query(text: string, values: readonly unknown[]): Promise<{ rows: readonly Record<string, unknown>[] }>;
}

/**
 * One statement for all keys of a tick. Times are microseconds of the database's clock, the only one all instances
 * share. Keys are sorted, so that two instances lock the same rows in the same order.
 */
const statement = `
  insert into rate_limits as known (key, arrival_us, granted)
  select key, now_us + least(wanted, burst) * interval_us, least(wanted, burst)
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as claim(key, interval_us, burst, wanted),
       (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us) as clock
  order by key
  on conflict (key) do update set (granted, arrival_us) = (
    select room, greatest(known.arrival_us, now_us) + room * interval_us
    from (
      select now_us, interval_us,
             greatest(0, least(wanted, (now_us + burst * interval_us - greatest(known.arrival_us, now_us)) / interval_us)) as room
      from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as claim(key, interval_us, burst, wanted),
           (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now_us) as clock
      where claim.key = excluded.key
    ) as claim
  )
  returning key, granted, arrival_us - (extract(epoch from clock_timestamp()) * 1000000)::bigint as ahead_us`;

export class SqlRateStore implements RateStore {
  constructor(private readonly database: Queryable) {}

  async claim(claims: readonly RateClaim[]): Promise<readonly RateGrant[]> {
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
