import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { dumpTables } from "./harness/database.js";
import { dumpTopics, type DumpedRecord } from "./harness/kafka-dump.js";
import { TestMerchant } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

const drawn = (): string => randomBytes(15).toString("hex");

describe("what merchants confide", () => {
  let world: World;
  let planted: Readonly<Record<string, string>>;
  let records: readonly DumpedRecord[];

  beforeAll(async () => {
    world = await World.open();
    const { platform, journal, sandbox } = world;
    const merchant = await TestMerchant.provision(platform.demo, journal);
    const { merchantId, callbackSecret, clientSecret } = merchant.credentials;
    const inUrl = drawn();
    const key = drawn();
    const url = `${journal.urlFor(merchantId, callbackSecret, `/${inUrl}`)}?token=${inUrl}`;
    const kinds = ["COD", "KEN"] as const;
    const bodies = kinds.flatMap((country) => ["789", "049", "139"].map((digits) => {
      const body = merchant.body(country, { callback_url: url });
      return { ...body, walletID: `${body.walletID.slice(0, -3)}${digits}` };
    }));
    const answers = await Promise.all(bodies.map((body, at) => merchant.post(body, { "idempotency-key": `${key}-${at}` })));
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 201));
    const refused = drawn();
    await merchant.post({ ...merchant.body(), currency: "JPY", walletID: "243819999789", callback_url: `http://10.1.2.3/${refused}` });
    await merchant.send("/api/v1/payments", { body: `{"walletID":"243818888789","x":"${refused}`, method: "POST" });
    for (const body of bodies) await journal.next(body.walletID.endsWith("049") ? "payment.failed" : "payment.completed", body.reference);
    expect(await sandbox.charges(bodies[0]!.walletID)).toHaveLength(1);
    planted = {
      "the client's secret": clientSecret,
      "the callback secret": callbackSecret,
      "the callback secret's bytes": callbackSecret.replace(/^whsec_/, ""),
      "the access token": await merchant.token(),
      "the secret in the callback's address": inUrl,
      "the idempotency key": key,
      "what was refused": refused,
      "a refused number": "243819999789",
      "an unreadable number": "243818888789",
      "the operators' token": platform.demo.adminToken,
      ...Object.fromEntries(bodies.map(({ walletID }) => [`the number ${walletID}`, walletID])),
      ...Object.fromEntries(bodies.map(({ walletID }) => [`the number ${walletID} as people write it`, walletID.slice(3)])),
    };
    records = await dumpTopics(platform.demo.kafkaBrokers);
  }, 300_000);
  afterAll(() => world?.close());

  /** Plain, and as base64 would hold it wherever it begins in the text. */
  const forms = (secret: string): readonly string[] => [
    secret,
    ...[0, 1, 2].map((shift) => {
      const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString("base64url");
      return text.slice(shift === 0 ? 0 : shift + 1, -2).replace(/[=]/g, "");
    }),
  ];

  const holders = (places: Iterable<readonly [string, Buffer]>): readonly string[] => {
    const found = new Set<string>();
    const wanted = Object.entries(planted).map(([name, secret]) => [name, forms(secret)] as const);
    for (const [place, bytes] of places) {
      for (const [name, texts] of wanted) if (texts.some((text) => bytes.includes(text))) found.add(`${name} in ${place}`);
    }
    return [...found];
  };

  it("is in no record of any topic", () => {
    const topics = new Set(records.map(({ topic }) => topic));
    expect(topics).toContain("payments.events.v1");
    expect(topics).toContain("providers.evidence.v1");
    const places = records.map(({ topic, key, value, headers }) => {
      const heads = Object.entries(headers).flatMap(([name, header]) => [Buffer.from(`${name}:`), header]);
      return [topic, Buffer.concat([key, Buffer.from("\n"), value, ...heads])] as const;
    });
    expect(holders(places)).toEqual([]);
  });

  it("is in no column of any table", async () => {
    const tables = await dumpTables(world.platform.demo.databaseUrl);
    expect(tables["payment_events"]?.length).toBeGreaterThan(0);
    // bytea prints as hexadecimal digits: look at what they stand for too.
    const places = Object.entries(tables).flatMap(([name, rows]) =>
      rows.flatMap((row) => [
        [`table ${name}`, Buffer.from(row)] as const,
        ...[...row.matchAll(/\\\\?x([0-9a-f]{8,})/g)].map(([, hex]) => [`table ${name}`, Buffer.from(hex!, "hex")] as const),
      ]),
    );
    expect(holders(places)).toEqual([]);
  });

  it("is in no log", () => {
    const { logs, home } = world.platform;
    const ours = readdirSync(logs).map((file) => join(logs, file)).concat(join(home, "launcher.log"));
    expect(holders(ours.map((file) => [file, readFileSync(file)] as const))).toEqual([]);
  });
});
