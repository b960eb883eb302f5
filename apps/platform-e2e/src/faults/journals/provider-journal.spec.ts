import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { attemptToken } from "@malipo/security";
import { ProviderJournal } from "./provider-journal.js";

const attemptId = "0f3c8ae1-d2b9-4b7f-9a6c-5d4e3f201182";
const token = attemptToken(Buffer.from("a secret"), attemptId as Parameters<typeof attemptToken>[1]);
const operation = { provider: "pawapay", kind: "charge", id: attemptId, paymentId: "p1", amount: "10", currency: "USD", acceptedAtMs: 1, details: {} };
const push = { ...operation, provider: "daraja", id: "ws_CO_1", details: { callbackUrl: `http://router/webhooks/daraja/${token}?payment=p1` } };
const line = (record: object): string => `${JSON.stringify(record)}\n`;

describe("the providers' own journal", () => {
  let folder: string;
  let file: string;
  let journal: ProviderJournal;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "malipo-provider-journal-"));
    file = join(folder, "journal.jsonl");
    journal = new ProviderJournal(file);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ["pawapay", operation],
    ["daraja", push],
  ])("names our attempt in what %s received and charged", async (provider, accepted) => {
    const settled = { type: "settled", key: `${provider}/charge/${accepted.id}`, atMs: 2, outcome: { status: "completed" } };
    writeFileSync(file, line({ type: "accepted", operation: accepted }) + line(settled));
    await journal.readOn();
    const entry = { provider, attemptId, paymentId: "p1", amount: "10", currency: "USD" };
    expect(journal.entries).toEqual([{ ...entry, kind: "received", atMs: 1 }, { ...entry, kind: "charged", atMs: 2 }]);
  });

  it("charges nobody for what failed", async () => {
    const settled = { type: "settled", key: `pawapay/charge/${attemptId}`, atMs: 2, outcome: { status: "failed" } };
    writeFileSync(file, line({ type: "accepted", operation }) + line(settled));
    await journal.readOn();
    expect(journal.entries.map(({ kind }) => kind)).toEqual(["received"]);
  });

  it("reads each line once, and half a line when it is whole", async () => {
    const text = line({ type: "accepted", operation });
    writeFileSync(file, text + text.slice(0, 20));
    await journal.readOn();
    expect(journal.entries).toHaveLength(1);
    appendFileSync(file, text.slice(20));
    await journal.readOn();
    await journal.readOn();
    expect(journal.entries).toHaveLength(2);
  });
});
