import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "@malipo/local-platform";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bothCountries } from "./harness/numbers.js";
import { TestMerchant, type CreateBody, type Payment } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

const services = ["payment-intake", "provider-router", "callback-dispatcher", "auth-token", "reconciliation"] as const;
const places = ["after_learned_before_recorded", "after_recorded_before_acted", "after_acted_before_outcome"] as const;

type Service = (typeof services)[number];
type Made = Readonly<{ merchant: TestMerchant; body: CreateBody; orderNumber: string }>;

const settled = ["completed", "failed", "expired"];

describe("a service killed at the worst place", () => {
  let world: World;
  /** One course per service, all at the same time: each service dies three times while the others die too. */
  const courses = new Map<Service, Promise<readonly Made[]>>();

  beforeAll(async () => {
    world = await World.open();
    for (const service of services) {
      const course = (async () => {
        const made: Made[] = [];
        for (const place of places) made.push(...(await dieAt(world, service, place)));
        return made;
      })();
      course.catch(() => undefined); // its test says so
      courses.set(service, course);
    }
  }, 240_000);
  afterAll(() => world?.close());

  it.each(services)(
    "%s: no payment is charged twice, lost, or told out of order",
    async (service) => {
      const made = await courses.get(service)!;
      expect(made.length).toBeGreaterThanOrEqual(places.length * bothCountries.length);
      const checks = await Promise.allSettled(made.map((payment) => world.explain(payment.body, () => checkEnd(world, payment), payment.merchant)));
      expect(checks.flatMap((check) => (check.status === "rejected" ? [String(check.reason)] : []))).toEqual([]);
    },
    150_000,
  );
});

/** Arms the place, keeps the service busy until it has died there, and waits until it is back. */
const dieAt = async (world: World, service: Service, place: string): Promise<readonly Made[]> => {
  const { platform } = world;
  const file = join(platform.failpoints, `${service}.${place}`);
  const pid = platform.pid(service)!;
  writeFileSync(file, "");
  const made: Made[] = [];
  const deadline = performance.now() + 40_000;
  while (existsSync(file) || made.length === 0) {
    if (performance.now() > deadline) throw new Error(`${service} never came to ${place}`);
    made.push(...(await keepBusy(world, service)));
    // Long enough for the payments to reach their end, so that the later places are met by these and not by ever more.
    const within = performance.now() + 3_000;
    await waitUntil(() => (!existsSync(file) || performance.now() > within ? true : undefined), { timeoutMs: 10_000, what: `${file} is met` });
  }
  await platform.awaitRestart(service, pid);
  return made;
};

const keepBusy = async (world: World, service: Service): Promise<readonly Made[]> => {
  const { platform, journal } = world;
  let { merchant } = world;
  if (service === "reconciliation") {
    await world.cli("statement", "import", "--provider", "pawapay").catch(() => undefined); // it may die of it
  }
  if (service === "auth-token") {
    const provision = async (): Promise<TestMerchant | undefined> => TestMerchant.provision(platform.demo, journal).catch(() => undefined);
    merchant = await waitUntil(provision, { timeoutMs: 40_000, everyMs: 250, what: "a merchant is provisioned in spite of it" });
  }
  return Promise.all(bothCountries.map((country) => createInSpiteOfIt(merchant, merchant.body(country))));
};

/** As a careful merchant does: the same request again until there is an answer, and never a second payment. */
const createInSpiteOfIt = async (merchant: TestMerchant, body: CreateBody): Promise<Made> => {
  const orderNumber = await waitUntil(
    async () => {
      const answer = await merchant.post(body).catch(() => undefined);
      if (answer === undefined || answer.status === 503) return undefined;
      if (answer.status === 201) return (answer.json as Payment).orderNumber;
      if (answer.status === 409) return (answer.json as { details: { orderNumber: string } }).details.orderNumber;
      throw new Error(`create of ${body.reference} answered ${answer.status}: ${answer.text}`);
    },
    { timeoutMs: 60_000, everyMs: 200, what: `${body.reference} is taken` },
  );
  return { merchant, body, orderNumber };
};

const checkEnd = async (world: World, { merchant, body, orderNumber }: Made): Promise<void> => {
  const mayStay = body.currency === "KES";
  const paymentId = world.paymentId(body.reference, merchant);
  const end = await waitUntil(
    async () => {
      const answer = await merchant.send(`/api/v1/payments/${orderNumber}/status`).catch(() => undefined);
      if (answer?.status !== 200) return undefined;
      const seen = answer.json as Payment;
      if (settled.includes(seen.status)) return seen;
      // Daraja cannot be asked about a push whose reply was lost or that was never sent: a person has to look.
      return mayStay && seen.status === "processing" && (await world.reviews(paymentId)).length > 0 ? seen : undefined;
    },
    { timeoutMs: 60_000, everyMs: 250, what: `${orderNumber} has come to an end` },
  );
  const told = () => (end.version === 1 || world.journal.of(body.reference).some(({ version }) => version >= end.version) ? true : undefined);
  await waitUntil(told, { timeoutMs: 60_000, what: `version ${end.version} of ${orderNumber} is told` });
  expect(world.orderFaults(body.reference)).toEqual([]);
  const charges = await world.sandbox.charges(body.walletID);
  expect(charges.length).toBeLessThanOrEqual(1);
  if (end.status === "completed") expect(charges).toHaveLength(1);
  if (end.status === "failed" || end.status === "expired") expect(charges).toHaveLength(0);
};
