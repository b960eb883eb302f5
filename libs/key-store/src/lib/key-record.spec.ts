import { describe, expect, it } from "@jest/globals";
import { type PayerId, accountOf, instant, merchantId, partitionOf } from "@malipo/kernel";
import { createdRecord, erasedRecord, readKeyRecord } from "./key-record.js";

const account = accountOf(merchantId("0123456789abcdef0123456789abcdef"), "test");
const payer = "79ae6dea8dea8dd702665f3da21ad99a" as PayerId;
const keyId = Buffer.alloc(16, 1).toString("base64url");
const created = createdRecord({ purpose: "personal-data", account, payer }, { keyId, wrapped: Buffer.alloc(60, 2) }, instant(0), "/malipo/test");

describe("a record of keys.state.v1", () => {
  it("is keyed by account, payer, and key, in the partition of the account", () => {
    expect(created.record.key).toBe(`${account}/${payer}/${keyId}`);
    expect(created.partition).toBe(partitionOf(account));
  });

  it("reads back as written", () =>
    expect(readKeyRecord(created.record)).toEqual({
      kind: "created",
      owner: `${account}/${payer}`,
      purpose: "personal-data",
      key: { keyId, wrapped: Buffer.alloc(60, 2) },
    }));

  it("is erased by a tombstone of the same key", () => {
    const { partition, record } = erasedRecord(account, payer, keyId, instant(0), "/malipo/test");
    expect([partition, record.key, record.value.byteLength]).toEqual([created.partition, created.record.key, 0]);
    expect(readKeyRecord(record)).toEqual({ kind: "erased", owner: `${account}/${payer}`, keyId });
  });

  it.each(["no-slash", `${account}/-/short`])("is refused with the key %s", (key) =>
    expect(() => readKeyRecord({ key, value: created.record.value })).toThrow(RangeError));

  it("is refused with an unknown purpose", () =>
    expect(() => readKeyRecord({ key: created.record.key, value: Buffer.from('{"purpose":"x","wrapped":""}') })).toThrow(RangeError));
});
