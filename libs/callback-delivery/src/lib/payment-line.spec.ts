import { describe, expect, it } from "@jest/globals";
import type { Account, Instant, PaymentId } from "@malipo/kernel";
import { type Delivery, type SendOutcome, deliveryIdOf, owed } from "./delivery.js";
import { type PaymentLine, beginSend, concludeSend, emptyLine, enqueue, evolveLine, headOf, nextSend } from "./payment-line.js";

const paymentId = "a".repeat(32) as PaymentId;
const account = `${"b".repeat(32)}/test` as Account;
const t = (seconds: number) => (1_800_000_000_000 + seconds * 1000) as Instant;
const callback = (seq: number, at = t(seq)): Delivery => owed({ id: deliveryIdOf(3, seq), partition: 3, seq, paymentId, account, at });

const status = (code: number): SendOutcome => ({ kind: "response", status: code });
const lost: SendOutcome = { kind: "unknown", cause: "timeout" };

/** given a line, when sends come to these outcomes at these seconds, then look at the line. */
class Story {
  private offset = 0;
  private sends = 0;
  readonly sent: string[] = [];
  constructor(private line: PaymentLine = emptyLine) {}

  arrives(seq: number, atSeconds = seq): this {
    this.line = enqueue(this.line, callback(seq, t(atSeconds)));
    return this;
  }
  tries(atSeconds: number, outcome: SendOutcome): this {
    const begun = beginSend(this.line, t(atSeconds), `send-${(this.sends += 1)}`);
    if (begun === undefined) throw new Error(`nothing is due at ${atSeconds}`);
    this.sent.push(begun.send.deliveryId);
    const fact = concludeSend(headOf(begun.line)!, begun.send, outcome, 0, 0.5);
    this.line = evolveLine(begun.line, fact, (this.offset += 1));
    return this;
  }
  redeliver(seq: number, atSeconds: number): this {
    const fact = { type: "RedeliveryRequested", deliveryId: deliveryIdOf(3, seq), paymentId, requestId: "r", at: t(atSeconds), by: "operations" } as const;
    this.line = evolveLine(this.line, fact, (this.offset += 1));
    return this;
  }
  of = (seq: number): Delivery => this.line.deliveries.find((delivery) => delivery.seq === seq)!;
  next = () => nextSend(this.line);
}
const given = () => new Story();

describe("the callbacks of one payment", () => {
  it("go in the order of their events, whatever order they were read in", () => {
    const story = given().arrives(2).arrives(1).tries(10, status(200)).tries(10, status(204));
    expect(story.sent).toEqual(["3-1", "3-2"]);
    expect(story.next()).toBeUndefined();
  });

  it("wait behind one that failed", () => {
    const story = given().arrives(1).arrives(2).tries(10, status(503));
    expect(story.next()).toMatchObject({ delivery: { id: "3-1" }, at: t(11), trigger: "schedule" });
  });

  it("are retried by the schedule, each wait counted from the end of the try", () => {
    const story = given().arrives(1);
    let at = 10;
    for (const wait of [1, 3, 8, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 43_200]) {
      story.tries(at, lost);
      expect(story.next()?.at).toBe(t(at + wait));
      at += wait;
    }
  });

  it("are given up visibly once the next try would be past 72 hours, and the next one goes", () => {
    const story = given().arrives(1).tries(10, lost);
    while (story.of(1).state === "waiting") story.tries((story.next()!.at - t(0)) / 1000, lost);
    expect(story.of(1)).toMatchObject({ state: "parked", parkReason: "gave_up", attempts: 16 });
    expect(story.arrives(2, 300_000).next()?.delivery.id).toBe("3-2");
  });

  it.each([400, 401, 404, 422])("are parked at the third %i, and the next one goes", (code) => {
    const story = given().arrives(1).arrives(2).tries(10, status(code)).tries(11, status(code)).tries(14, status(code));
    expect(story.of(1)).toMatchObject({ state: "parked", parkReason: "refused", attempts: 3 });
    expect(story.next()?.delivery.id).toBe("3-2");
  });

  it.each([408, 410, 429, 500, 302])("keep their place however often %i is answered", (code) => {
    const story = given().arrives(1).arrives(2);
    for (const at of [10, 11, 14, 22, 52]) story.tries(at, status(code));
    expect(story.of(1)).toMatchObject({ state: "waiting", attempts: 5, refusals: 0 });
  });

  it("are parked at once when what the send needs is gone for good", () => {
    const story = given().arrives(1).tries(10, { kind: "impossible", cause: "callback_url_erased" });
    expect(story.of(1)).toMatchObject({ state: "parked", parkReason: "impossible" });
  });

  it("retry the head at once when a newer one arrives, without moving the schedule", () => {
    const story = given().arrives(1);
    for (const at of [10, 11, 14, 22]) story.tries(at, lost);
    expect(story.next()).toMatchObject({ at: t(52) });
    story.arrives(2, 30);
    expect(story.next()).toMatchObject({ delivery: { id: "3-1" }, at: t(30), trigger: "newer_event" });
    story.tries(30, lost);
    expect(story.next()).toMatchObject({ delivery: { id: "3-1" }, at: t(52), trigger: "schedule" });
  });

  it("retry at once only once per newer event, also when its clock is ahead", () => {
    const story = given().arrives(1).tries(10, lost).tries(11, lost).tries(14, lost).tries(22, lost).arrives(2, 25);
    story.tries(25, lost);
    expect(story.next()).toMatchObject({ trigger: "schedule", at: t(52) });
  });

  it("begin no second send while one is under way", () => {
    const line = enqueue(enqueue<Delivery>(emptyLine, callback(1)), callback(2));
    const begun = beginSend(line, t(10), "first")!;
    expect(beginSend(begun.line, t(10), "second")).toBeUndefined();
    expect(nextSend(enqueue(begun.line, callback(3)))).toBeUndefined();
  });

  it("start a new round of a parked one when operations ask, and hold the order again", () => {
    const story = given().arrives(1).tries(10, status(400)).tries(11, status(400)).tries(14, status(400)).redeliver(1, 100);
    expect(story.next()).toMatchObject({ delivery: { id: "3-1" }, trigger: "redelivery" });
    story.tries(100, status(400));
    expect(story.of(1)).toMatchObject({ state: "waiting", attempts: 4, refusals: 1, step: 1 });
    expect(story.tries(101, status(200)).of(1)).toMatchObject({ state: "delivered", attempts: 5 });
  });

  it("send a delivered one again when operations ask", () => {
    const story = given().arrives(1).tries(10, status(200)).redeliver(1, 20).tries(20, status(200));
    expect(story.sent).toEqual(["3-1", "3-1"]);
  });

  it("fold the same record twice to the same state", () => {
    const begun = beginSend(enqueue<Delivery>(emptyLine, callback(1)), t(10), "x")!;
    const fact = concludeSend(headOf(begun.line)!, begun.send, status(503), 5, 0.5);
    const once = evolveLine(begun.line, fact, 7);
    expect(evolveLine(once, fact, 7)).toEqual(once);
    expect(headOf(evolveLine(once, fact, 8))).toMatchObject({ attempts: 1, factOffset: 8 });
  });

  it("keep an acknowledgement when an older owner's failure is recorded after it", () => {
    const line = enqueue<Delivery>(emptyLine, callback(1));
    const old = beginSend(line, t(10), "old")!;
    const own = beginSend(line, t(11), "own")!;
    const head = headOf(line)!;
    const delivered = evolveLine(line, concludeSend(head, own.send, status(200), 0, 0.5), 1);
    expect(headOf(evolveLine(delivered, concludeSend(head, old.send, lost, 0, 0.5), 2))).toBeUndefined();
  });
});
