import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedPlatform } from "./harness/shared-platform.js";
import { World } from "./harness/world.js";

describe("a platform that is stopped and started again", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  }, 240_000);
  afterAll(() => world?.close());

  it("is gone within 15 s, and then knows the same payments and finishes those that were under way", async () => {
    const { merchant, journal, platform, sandbox } = world;
    const done = merchant.body();
    const { orderNumber } = await merchant.create(done);
    await journal.next("payment.completed", done.reference);
    const before = await merchant.status(orderNumber);
    const underWay = [merchant.body("COD"), merchant.body("KEN")];
    const created = await Promise.all(underWay.map((body) => merchant.create(body)));

    expect(await platform.stop()).toBeLessThan(15_000);
    await sharedPlatform();

    expect(await merchant.status(orderNumber)).toEqual(before);
    const again = await merchant.post(done);
    expect([again.status, again.json]).toMatchObject([409, { code: "reference_already_used", details: { orderNumber } }]);
    for (const [at, body] of underWay.entries()) {
      await world.explain(body, async () => {
        // Daraja may have been told, and its answer lost with the process: then a person decides, and never a clock.
        const { status } = await merchant.awaitStatus(created[at]!.orderNumber, ["completed", "failed", "expired", "processing"]);
        if (status === "processing" && body.currency === "USD") await merchant.awaitStatus(created[at]!.orderNumber, ["completed", "failed"]);
        expect((await sandbox.charges(body.walletID)).length).toBeLessThanOrEqual(1);
        expect(world.orderFaults(body.reference)).toEqual([]);
      });
    }
  }, 120_000);
});
