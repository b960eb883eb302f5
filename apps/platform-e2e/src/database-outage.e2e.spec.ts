import { waitUntil } from "@malipo/local-platform";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { dumpTables, query } from "./harness/database.js";
import type { Answer } from "./harness/http.js";
import { bothCountries } from "./harness/numbers.js";
import { TestMerchant, type CreateBody, type Payment } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

/** What `malipo rebuild` builds anew. */
const rebuilt = ["payment_events", "payment_summaries", "payment_attempts", "payment_reviews", "request_keys"];

const services = ["payment-intake", "provider-router", "callback-dispatcher", "auth-token", "reconciliation"] as const;

describe("without its database", () => {
  let world: World;
  /** Taken before anything goes wrong. */
  const known: { readonly body: CreateBody; readonly orderNumber: string }[] = [];

  beforeAll(async () => {
    world = await World.open();
    const { merchant } = world;
    for (const body of [...bothCountries, ...bothCountries].map((country) => merchant.body(country))) {
      const { orderNumber } = await merchant.create(body);
      known.push({ body, orderNumber });
    }
    for (const { orderNumber } of known) await merchant.awaitStatus(orderNumber, ["completed"]);
  }, 240_000);
  afterAll(() => world?.close());

  const isBusy = ({ status, headers, json }: Answer): boolean =>
    status === 503 && Number(headers["retry-after"]) > 0 && (json as { code?: string } | undefined)?.code === "temporarily_unavailable";

  /** One charge for what was known before, and one order number for each reference, whatever was answered meanwhile. */
  const expectOnce = async (body: CreateBody, orderNumber: string): Promise<void> => {
    const again = await world.merchant.post(body);
    expect([again.status, again.json]).toMatchObject([409, { details: { orderNumber } }]);
    expect(await world.sandbox.charges(body.walletID)).toHaveLength(1);
  };

  it("answers 503, takes no repeated payment for a new one, and goes on when it is back", async () => {
    const { merchant, platform } = world;
    const pid = platform.pid("postgres")!;
    const running = () => services.map((name) => [name, platform.pid(name)]);
    const before = running();
    const fresh = merchant.body();
    process.kill(pid, "SIGKILL");

    const seen: string[] = [];
    const note = (what: string, answer: Answer): void => void seen.push(isBusy(answer) ? "503" : `${what} ${answer.status} ${answer.text}`);
    let accepted: string | undefined;
    const back = platform.awaitRestart("postgres", pid);
    let isBack = false;
    void back.then(() => (isBack = true));
    // Asks until it is back: in between, nothing but 503 or the truth.
    const ask = async (): Promise<void> => {
      const [{ body, orderNumber }] = known as [(typeof known)[number]];
      const [read, repeat, create] = await Promise.all([
        merchant.send(`/api/v1/payments/${orderNumber}/status`),
        merchant.post(body),
        merchant.post(fresh),
      ]);
      if (read.status !== 200 || (read.json as Payment).status !== "completed") note("read", read);
      if (repeat.status !== 409) note("repeat", repeat);
      if (create.status === 201) {
        if (accepted !== undefined) seen.push("the same reference was created twice");
        accepted = (create.json as Payment).orderNumber;
      } else if (create.status === 409) accepted ??= (create.json as { details: { orderNumber: string } }).details.orderNumber;
      else note("create", create);
    };
    while (!isBack) await ask();
    await back;

    expect(seen.filter((each) => each !== "503")).toEqual([]);
    expect(seen).toContain("503");
    // A database that goes away and comes back is waited for: nobody dies of it.
    expect(running()).toEqual(before);
    const created = await waitUntil(
      async () => {
        const answer = await merchant.post(fresh);
        if (answer.status === 201) return (answer.json as Payment).orderNumber;
        return answer.status === 409 ? (answer.json as { details: { orderNumber: string } }).details.orderNumber : undefined;
      },
      { timeoutMs: 30_000, everyMs: 200, what: "creates are taken again" },
    );
    expect(created).toBe(accepted ?? created);
    await merchant.awaitStatus(created, ["completed"]);
    for (const { body, orderNumber } of [...known, { body: fresh, orderNumber: created }]) await expectOnce(body, orderNumber);
  }, 120_000);

  it("answers 503 with its tables emptied, and is the same as before after a rebuild from the log", async () => {
    const { merchant, platform, sandbox } = world;
    const { databaseUrl } = platform.demo;
    const rows = async () => {
      const tables = await dumpTables(databaseUrl);
      return Object.fromEntries(rebuilt.map((name) => [name, tables[name]]));
    };
    const before = await quiet(rows);
    const requests = await sandbox.requests();
    const ledger = await sandbox.ledger();

    const told = known.map(({ body }) => world.journal.of(body.reference).length);

    await query(databaseUrl, `truncate ${(await everyTable(databaseUrl)).join(", ")}`);
    const [{ body, orderNumber }] = known as [(typeof known)[number]];
    const lost = merchant.body();
    const [read, repeat, create] = await Promise.all([
      merchant.send(`/api/v1/payments/${orderNumber}/status`),
      merchant.post(body),
      merchant.post(lost),
    ]);
    for (const answer of [read, create]) if (answer.status !== 503) expect([200, 201]).toContain(answer.status);
    expect([409, 503]).toContain(repeat.status);

    await world.cli("rebuild");
    await platform.awaitReady();
    if (create.status === 503) expect(await rows()).toEqual(before);
    expect((await rows())["payment_events"]).toEqual(expect.arrayContaining([...before["payment_events"]!]));
    if (create.status === 503) expect([await sandbox.requests(), await sandbox.ledger()]).toEqual([requests, ledger]);

    for (const each of known) {
      expect(await merchant.awaitStatus(each.orderNumber, ["completed"])).toMatchObject({ status: "completed" });
      await expectOnce(each.body, each.orderNumber);
    }
    // Those who deliver have lost their tables too, and know from the log what was delivered.
    await platform.awaitReady();
    expect(known.map(({ body }) => world.journal.of(body.reference).length)).toEqual(told);

    const after = merchant.body();
    const { orderNumber: next } = await waitUntil(
      async () => {
        const answer = await merchant.post(after);
        return answer.status === 201 ? (answer.json as Payment) : undefined;
      },
      { timeoutMs: 30_000, everyMs: 200, what: "creates are taken after the rebuild" },
    );
    await merchant.awaitStatus(next, ["completed"]);
    await world.journal.next("payment.completed", after.reference, 60_000);
    await expectOnce(after, next);
    const provisioned = await waitUntil(() => TestMerchant.provision(platform.demo).catch(() => undefined), {
      timeoutMs: 60_000,
      what: "merchants can be provisioned again",
    });
    expect((await provisioned.post(provisioned.body())).status).toBe(201);
  }, 150_000);
});

/** All but the list of migrations: the tables are there, and empty. */
const everyTable = async (url: string): Promise<readonly string[]> => {
  const text = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like '%migrations'";
  return (await query<{ table_name: string }>(url, text)).map(({ table_name: name }) => `"${name}"`);
};

/** The answer once it has stayed the same for two looks: open payments of other specs may still be on their way. */
const quiet = async <T>(look: () => Promise<T>): Promise<T> => {
  let last = JSON.stringify(await look());
  return waitUntil(
    async () => {
      const now = await look();
      const text = JSON.stringify(now);
      const same = text === last;
      last = text;
      return same ? now : undefined;
    },
    { timeoutMs: 90_000, everyMs: 3_000, what: "nothing changes any more" },
  );
};
