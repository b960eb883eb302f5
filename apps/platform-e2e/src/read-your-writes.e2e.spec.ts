import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { payerIn } from "./harness/numbers.js";
import { SecondInstance } from "./harness/second-instance.js";
import { TestMerchant, type Payment } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

const merchantsCount = 12;
const payments = 1_000;
const lanes = 24;
const rounds = 50;
const concurrent = 50;

describe("two instances of the merchants' API", () => {
  let world: World;
  let second: SecondInstance;
  let merchants: readonly TestMerchant[];
  beforeAll(async () => {
    world = await World.open();
    second = await SecondInstance.start(world.platform, "payment-intake");
    const provision = () => TestMerchant.provision(world.platform.demo);
    merchants = await Promise.all(Array.from({ length: merchantsCount }, provision));
    await Promise.all(merchants.map((merchant) => merchant.token()));
  }, 240_000);
  afterAll(async () => {
    await second?.stop();
    await world?.close();
  });

  it(
    `show a payment made at one to a reader at the other at once, ${payments} times, and never an older version`,
    async () => {
      const bases = [world.platform.demo.baseUrl, second.url] as const;
      const payer = payerIn("COD");
      const faults: string[] = [];
      let next = 0;
      const lane = async (): Promise<void> => {
        for (let at = next++; at < payments; at = next++) {
          const merchant = merchants[at % merchants.length]!;
          const [writer, reader] = at % 2 === 0 ? bases : ([bases[1], bases[0]] as const);
          const created = await merchant.post(merchant.body("COD", { walletID: payer }), {}, writer);
          if (created.status !== 201) {
            faults.push(`create ${at}: ${created.status} ${created.text}`);
            continue;
          }
          const { orderNumber } = created.json as Payment;
          let version = 1;
          for (const base of [reader, writer, reader]) {
            const seen = await merchant.send(`/api/v1/payments/${orderNumber}/status`, {}, base);
            const now = (seen.json as Payment | undefined)?.version ?? 0;
            if (seen.status !== 200 || now < version) faults.push(`read ${at} at ${base}: ${seen.status} ${seen.text}, version ${version} was known`);
            version = Math.max(version, now);
          }
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      expect(faults).toEqual([]);
    },
    120_000,
  );

  it(
    `make one payment and one charge of ${concurrent} identical creates at once, ${rounds} times`,
    async () => {
      const bases = [world.platform.demo.baseUrl, second.url];
      const bodies: { readonly merchant: TestMerchant; readonly reference: string; readonly payer: string; readonly orderNumber: string }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const merchant = merchants[round % merchants.length]!;
        const body = merchant.body();
        const key = round % 2 === 0 ? {} : { "idempotency-key": randomBytes(12).toString("hex") };
        const answers = await Promise.all(Array.from({ length: concurrent }, (_, at) => merchant.post(body, key, bases[at % bases.length])));
        const orders = new Set(
          answers.map(({ status, json, text }) => {
            if (status === 201) return (json as Payment).orderNumber;
            if (status === 409) return (json as { details: { orderNumber: string } }).details.orderNumber;
            return `${status} ${text}`;
          }),
        );
        expect([...orders]).toEqual([expect.stringMatching(/^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$/)]);
        const first = answers.filter(({ status, headers }) => status === 201 && headers["idempotent-replayed"] === undefined);
        expect(first).toHaveLength(1);
        bodies.push({ merchant, reference: body.reference, payer: body.walletID, orderNumber: [...orders][0]! });
      }
      for (const { merchant, payer, orderNumber } of bodies) {
        await merchant.awaitStatus(orderNumber, ["completed"]);
        expect(await world.sandbox.charges(payer)).toHaveLength(1);
      }
    },
    120_000,
  );
});
