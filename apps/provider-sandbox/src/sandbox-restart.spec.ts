import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { depositBody, Harness } from "./testing/harness.js";

describe("a restarted sandbox", () => {
  let sandbox: Harness;
  beforeEach(async () => (sandbox = await Harness.start()));
  afterEach(() => sandbox.end());
  const restart = async (): Promise<void> => {
    await sandbox.down();
    await sandbox.up();
  };
  const check = async (id: string) => (await sandbox.pawapay(`/v2/deposits/${id}`)).json;

  it("finishes what it had accepted, and still knows the id", async () => {
    const body = depositBody("243813456789");
    await sandbox.pawapay("/v2/deposits", body);
    const push = (await sandbox.push("254708374789")).json["CheckoutRequestID"] as string;
    await restart();
    expect((await check(body.depositId))["data"].status).toBe("PROCESSING");
    expect((await sandbox.pawapay("/v2/deposits", body)).json["status"]).toBe("DUPLICATE_IGNORED");
    await sandbox.advance(1);
    await sandbox.receiver.have(2);
    expect((await check(body.depositId))["data"].status).toBe("COMPLETED");
    expect((await sandbox.query(push)).json["ResultCode"]).toBe("0");
    expect(await sandbox.ledger()).toHaveLength(2);
  });

  it("keeps its ledger, its clock, and its orders, and charges nothing again", async () => {
    await sandbox.order({ match: { payer: "243813456789" }, behaviour: "silent", times: 2 });
    await sandbox.pawapay("/v2/deposits", depositBody("243813456789"));
    await sandbox.advance(86_400);
    const ledger = await sandbox.ledger();
    expect(ledger).toHaveLength(1);
    await restart();
    await sandbox.advance(1);
    expect(await sandbox.ledger()).toEqual(ledger);
    expect((await sandbox.call("control", "/_sandbox/clock")).json["aheadSeconds"]).toBe(86_401);
    expect((await sandbox.call("control", "/_sandbox/scenarios")).json["scenarios"]).toMatchObject([{ left: 1 }]);
    expect(sandbox.receiver.received).toEqual([]);
  });

  it("goes on with a callback that nobody had taken, and not with one that was", async () => {
    await sandbox.pawapay("/v2/deposits", depositBody("243813456001"));
    await sandbox.advance(1);
    await sandbox.receiver.have(1);
    sandbox.receiver.answerWith(500);
    await sandbox.pawapay("/v2/deposits", depositBody("243813456002"));
    await sandbox.advance(1);
    await sandbox.receiver.have(2);
    await sandbox.down();
    sandbox.receiver.answerWith(200);
    await sandbox.up();
    const received = await sandbox.receiver.have(3);
    expect(received[2]).toEqual(received[1]);
    await restart();
    await sandbox.advance(60);
    expect(sandbox.receiver.received).toHaveLength(3);
  });

  it("cuts off half a line that a kill left behind", async () => {
    await sandbox.pawapay("/v2/deposits", depositBody("243813456149"));
    await sandbox.advance(1);
    await sandbox.down();
    await appendFile(join(sandbox.dataDir, "journal.jsonl"), '{"type":"settled","key":"pawapay/ch');
    await sandbox.up();
    await sandbox.pawapay("/v2/deposits", depositBody("243813456149"));
    await sandbox.advance(1);
    await restart();
    expect(await sandbox.ledger()).toHaveLength(2);
  });
});
