import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { genesisDigest, recordDigest } from "./digest.js";
import { link } from "./chain-reader.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const record = {
  key: "8f14e45fceea167a5a36dedd4bea2543",
  value: Buffer.from('{"amount":{"amount":"10.00","currency":"USD"}}'),
  headers: { "content-type": "application/json", ce_id: "0190f3c8-ae1d-72b9-8b7f-9a6c5d4e3f20", ce_type: "payments.payment.completed.v1", ce_account: "é" },
};

describe("the digest of a chain", () => {
  it("starts from the place of the partition", () => {
    const expected = createHash("sha256").update("malipo.chain.1\npayments.events.v1/7/12/murmur2-account-1").digest("hex");
    expect(hex(genesisDigest("payments.events.v1", 7, 12))).toBe(expected);
    expect(expected).toBe("dbc361e11836aceffe3da594a4b10e850d298c962530525adcb6bb61b3c3a696");
  });

  it("covers prefix, prev, seq, key, sorted headers, and value, to the byte", () => {
    const prev = genesisDigest("payments.events.v1", 7, 12);
    const n4 = (n: number): Buffer => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
    const counted = (part: string | Uint8Array): Buffer => Buffer.concat([n4(Buffer.from(part).length), Buffer.from(part)]);
    const names = Object.keys(record.headers).sort() as (keyof typeof record.headers)[];
    const expected = createHash("sha256")
      .update("malipo.chain.1\n")
      .update(prev)
      .update(Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]))
      .update(counted(record.key))
      .update(n4(names.length))
      .update(Buffer.concat(names.flatMap((name) => [counted(name), counted(record.headers[name])])))
      .update(counted(record.value))
      .digest("hex");
    expect(hex(recordDigest(prev, 1, record))).toBe(expected);
    expect(expected).toBe("c7af119be6c0ec28d6c037ed7ffc29eeff9940e662780fc3bdfa206dc8ff7799");
  });

  it("is the same for header bytes and header text, whatever their order, and leaves the chain's own headers out", () => {
    const prev = genesisDigest("payments.events.v1", 0, 12);
    const reversed = Object.fromEntries(Object.entries(record.headers).reverse().map(([name, value]) => [name, Buffer.from(value)]));
    const linked = { ...reversed, ce_seq: "9", ce_prev: Buffer.alloc(32) };
    expect(hex(recordDigest(prev, 2 ** 40, { ...record, headers: linked }))).toBe(hex(recordDigest(prev, 2 ** 40, record)));
  });

  it("names the headers of a link ce_seq (text) and ce_prev (32 bytes)", () => {
    const head = genesisDigest("payments.events.v1", 3, 12);
    const [first, second] = link("payments.events.v1", 3, { offset: 40, seq: 11, head }, [record, record]);
    expect([first!.headers["ce_seq"], first!.headers["ce_prev"], first!.offset]).toEqual(["12", head, 40]);
    expect([second!.headers["ce_seq"], second!.headers["ce_prev"], second!.offset]).toEqual(["13", first!.digest, 41]);
  });
});
