import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { waitUntil } from "@malipo/local-platform";
import { query } from "./harness/database.js";
import { payerIn, type Country } from "./harness/numbers.js";
import type { CreateBody, Payment } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

interface Row {
  readonly digits: string;
  readonly name: string;
  /** The status in which the merchant finds it, and the reason given. */
  readonly ends: string;
  readonly reason?: string;
  readonly charges: number;
  readonly review?: "unresolved" | "late_success";
}

const completed = { ends: "completed", charges: 1 } as const;
const refused = (reason: string) => ({ ends: "failed", reason, charges: 0 }) as const;
const undecided = (charges: number) => ({ ends: "processing", charges, review: "unresolved" }) as const;

const rows = (country: Country): readonly Row[] => [
  { digits: "789", name: "approve", ...completed },
  { digits: "555", name: "not listed", ...completed },
  { digits: "019", name: "limit", ...refused("payer_limit") },
  { digits: "029", name: "not_found", ...refused("payer_not_found") },
  { digits: "039", name: "not_approved", ...refused("cancelled") },
  { digits: "049", name: "no_funds", ...refused("insufficient_funds") },
  { digits: "069", name: "unspecified", ...refused("unspecified") },
  { digits: "089", name: "recipient_not_found", ...completed },
  { digits: "119", name: "payout_failure", ...completed },
  { digits: "129", name: "stuck", ...undecided(0) },
  { digits: "139", name: "answer_lost", ...completed },
  { digits: "149", name: "silent", ...completed },
  { digits: "159", name: "contradict", ...completed },
  { digits: "169", name: "late_success", ends: "expired", charges: 1, review: "late_success" },
  { digits: "179", name: "unavailable", ...refused("provider_unavailable") },
  // Daraja cannot be asked about a push whose reply was unreadable, so there nobody ever learns.
  { digits: "189", name: "broken_answer", ...(country === "COD" ? refused("provider_unavailable") : undecided(0)) },
];

type Taken = Readonly<{ row: Row; body: CreateBody; payment: Payment }>;

const countries = ["COD", "KEN"] as const;
const cases = countries.flatMap((country) => rows(country).map((row) => [country, row.digits, row.name, row.ends] as const));

describe("what the last digits of a payer decide", () => {
  const taken = new Map<string, Taken>();
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    const { merchant } = world;
    const take = async (country: Country, row: Row): Promise<void> => {
      const body = merchant.body(country, { walletID: payerIn(country, row.digits) });
      taken.set(`${country}${row.digits}`, { row, body, payment: await merchant.create(body) });
    };
    // All at once: most of the time goes to clocks of the platform's own.
    await Promise.all(countries.flatMap((country) => rows(country).map((row) => take(country, row))));
  }, 240_000);
  afterAll(() => world?.close());

  const of = (country: Country, digits: string): Taken => {
    const found = taken.get(`${country}${digits}`);
    if (found === undefined) throw new Error(`${country} ${digits} was not created`);
    return found;
  };

  it.each(cases)(
    "%s %s (%s) ends %s",
    async (country, digits) => {
      const { row, body, payment } = of(country, digits);
      const paymentId = world.paymentId(body.reference);
      await world.explain(body, async () => {
        if (row.review !== undefined) await world.awaitReview(paymentId, row.review);
        const seen = await world.merchant.awaitStatus(payment.orderNumber, [row.ends]);
        if (row.reason !== undefined) expect(seen.details?.reason).toBe(row.reason);
        if (row.ends !== "processing") await world.journal.next(`payment.${row.ends}`, body.reference);
        if (row.review === "late_success") {
          const told = await world.journal.next("payment.review", body.reference);
          expect(told).toMatchObject({ status: "expired", reason: "late_success" });
        }
        expect(await world.sandbox.charges(body.walletID)).toHaveLength(row.charges);
        expect(world.orderFaults(body.reference)).toEqual([]);
      });
    },
    60_000,
  );

  it.each(countries)("in %s tells the end of a payment once, whatever the provider says later", async (country) => {
    const { body, payment } = of(country, "159");
    await world.explain(body, async () => {
      await world.merchant.awaitStatus(payment.orderNumber, ["completed"]);
      await expectContradiction(world, world.paymentId(body.reference));
      expect(await world.merchant.status(payment.orderNumber)).toMatchObject({ status: "completed" });
      const types = world.journal.of(body.reference).map(({ type }) => type);
      expect(types.filter((type) => type === "payment.completed")).toHaveLength(1);
      expect(types).not.toContain("payment.failed");
    });
  });
});

const expectContradiction = async (world: World, paymentId: string): Promise<void> => {
  const text = "select type from payment_events where aggregate_id = $1 and type like '%contradiction%'";
  const look = async () => (await query(world.platform.demo.databaseUrl, text, [paymentId], "malipo_decider"))[0];
  await waitUntil(look, { timeoutMs: 20_000, everyMs: 200, what: "the contradiction is recorded" });
};
