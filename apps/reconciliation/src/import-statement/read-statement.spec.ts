import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { formatAmount, formatInstant } from "@malipo/kernel";
import { daySpan, statementFormats } from "./formats/formats.js";
import { NotAStatementError, type StatementItem, readStatement } from "./read-statement.js";

const [pawapay, daraja] = [statementFormats.get("pawapay")!, statementFormats.get("daraja")!];

const read = async (text: string, format = pawapay): Promise<StatementItem[]> => {
  const items: StatementItem[] = [];
  // In small pieces, as a network brings it.
  const pieces = text.match(/[^]{1,7}/g) ?? [];
  for await (const item of readStatement(Readable.from(pieces.map((piece) => Buffer.from(piece))), format)) items.push(item);
  return items;
};
const line = (item: StatementItem | undefined) => (item?.kind === "line" ? item.line : undefined)!;

const portal =
  "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\r\n";

describe("a statement of Daraja", () => {
  it("is read in the provider's time and money", async () => {
    const row = 'TJ12ABC345,2026-11-21 02:30:00,2026-11-21 02:29:50,Pay Bill Online,Completed,"1,020.00",,99.00,true,Pay Bill Online,2547*****789 - SOMEBODY,,164A5548D1F5\r\n';
    const found = line((await read(portal + row, daraja))[0]);
    expect(found).toMatchObject({ kind: "charge", transactionId: "TJ12ABC345", keys: ["tj12abc345", "164a5548d1f5"], outcome: "completed" });
    expect(formatAmount(found.amount)).toBe("1020.00");
    expect(formatInstant(found.at)).toBe("2026-11-20T23:30:00.000Z");
    expect(JSON.stringify({ ...found, amount: 0 })).not.toMatch(/SOMEBODY|2547/);
  });

  it("tells money that went out from money that came in", async () => {
    const row = "TJ1,2026-11-21 02:30:00,,,Completed,,-20.00,,,Salary,,,\r\n";
    expect(line((await read(portal + row, daraja))[0])).toMatchObject({ kind: "payout", keys: ["tj1"] });
  });

  it("keeps no number that a payer typed as account, and loses no match for it", async () => {
    const rows = ["254712345678", "+254 712 345 678", "0712345678", "INV-7"].map((account, i) => `TJ12ABC34${i},2026-11-21 02:30:00,,,Completed,10.00,,,,,,,${account}\r\n`);
    const [hinted, ...others] = (await read(portal + rows.join(""), daraja)).map(line);
    expect(hinted).toMatchObject({ keys: ["tj12abc340"], hints: ["254712345678"] });
    expect(others.map(({ keys, hints }) => [keys.length, hints])).toEqual([[1, undefined], [1, undefined], [1, undefined]]);
    const [again] = (await read(portal + rows[0]!.replace("254712345678", "254700000000"), daraja)).map(line);
    expect(again!.digest).toBe(hinted!.digest);
  });

  it("has days that begin three hours before those of UTC", () =>
    expect(formatInstant(daySpan("2026-11-21", daraja)!.from as never)).toBe("2026-11-20T21:00:00.000Z"));
});

describe("a statement of pawaPay", () => {
  const columns = "Status,Transaction ID,Type,Completion Date,Amount,Currency,Provider Transaction ID,MSISDN\n";
  const row = "COMPLETED,A-1,DEPOSIT,2026-11-21T10:00:00Z,10.00,USD,OP1,243812345789\n";

  it("is read by the names of its columns, with a byte order mark and in pieces", async () => {
    const found = line((await read(`\ufeff${columns}${row}`))[0]);
    expect(found).toMatchObject({ transactionId: "A-1", keys: ["a1", "op1"], kind: "charge" });
  });

  it("gives a line the same identity whatever the payer's column says, and another for another amount", async () => {
    const [a] = await read(columns + row);
    const [b] = await read(columns + row.replace("243812345789", ""));
    const [c] = await read(columns + row.replace("10.00", "10.01"));
    expect(line(b).digest).toBe(line(a).digest);
    expect(line(c).digest).not.toBe(line(a).digest);
  });

  it("names what it cannot read by column and line, and never shows the value", async () => {
    const items = await read(columns + row.replace("10.00", "243812345789x") + row.replace("USD", "XXX") + row);
    expect(items.map((item) => (item.kind === "line" ? "line" : item.why))).toEqual(["Amount cannot be read", "Currency is not known", "line"]);
  });

  it("takes no id that is a payer's number, a formula, or longer than any id", async () => {
    const items = await read(columns + ["243812345789", "=HYPERLINK(1)", "x".repeat(20_000), "A 1"].map((id) => row.replace("A-1", id)).join("") + row.replace("OP1", "y".repeat(20_000)));
    expect(items.map((item) => (item.kind === "line" ? item.line.keys : item.why))).toEqual([...Array.from({ length: 4 }, () => "Transaction ID is no id"), ["a1"]]);
  });

  it("refuses what is no such file", async () => {
    await expect(read("a,b\n1,2\n")).rejects.toThrow(NotAStatementError);
    await expect(read(`${columns}"never closed`)).rejects.toThrow(NotAStatementError);
  });

  it("knows only days that exist", () => {
    for (const day of ["2026-02-30", "21-11-2026", "", "2026-11-21T00:00:00Z"]) expect(daySpan(day, pawapay)).toBeUndefined();
  });
});
