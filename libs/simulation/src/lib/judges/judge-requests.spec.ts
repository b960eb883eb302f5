import { describe, expect, it } from "@jest/globals";
import type { AcceptedCallback, ClientAnswer, ClientRequest, End, Journals, LoggedEvent } from "./journals.js";
import { judge } from "./judge.js";

const account = "0f3c8ae1d2b94b7f9a6c5d4e3f201182/test";
const startMs = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number): string => new Date(startMs + ms).toISOString();
const view = (version: number, status: string, n = 1) => ({ version, type: `payment.${status}`, status, reference: `r${n}`, orderNumber: `O${n}` });

const logged = (type: string, offset: number, ms: number, value: object, n = 1): LoggedEvent => ({
  partition: 3,
  offset,
  type: `payments.${type}.v1`,
  subject: `p${n}`,
  account,
  value: { paymentId: `p${n}`, at: at(ms), ...value },
  appendedAtMs: startMs + ms,
});
const request = { scope: "kodipay", fingerprint: "f" };
const initiated = logged("payment.initiated", 0, 20, { reference: "r1", orderNumber: "O1", amount: { amount: "10.00", currency: "USD" }, request, public: view(1, "pending") });
const expired = logged("payment.expired", 1, 60_000, { cause: "no_attempt", public: view(2, "expired") });

const create = (beganMs: number, endedMs: number, answer: Partial<ClientAnswer> | undefined, more: Partial<ClientRequest> = {}): ClientRequest => ({
  kind: "create",
  account,
  reference: "r1",
  body: "{}",
  beganMs: startMs + beganMs,
  endedMs: startMs + endedMs,
  ...(answer !== undefined && { answer: { status: 201, body: "first", orderNumber: "O1", version: 1, ...answer } }),
  ...more,
});
const read = (beganMs: number, endedMs: number, version: number, status: string): ClientRequest => ({
  kind: "status",
  account,
  orderNumber: "O1",
  beganMs: startMs + beganMs,
  endedMs: startMs + endedMs,
  answer: version === 0 ? { status: 404, body: "" } : { status: 200, body: "", version, paymentStatus: status, orderNumber: "O1" },
});
const refused: ClientAnswer = { status: 422, code: "validation_error", body: "no" };
const refusal = (beganMs: number, answer = refused): ClientRequest => ({ ...create(beganMs, beganMs + 5, {}), answer });
const unavailable: ClientAnswer = { status: 503, code: "temporarily_unavailable", body: "" };
const usedBefore: ClientAnswer = { status: 409, code: "reference_already_used", orderNumber: "O1", body: "" };
const keyed = { idempotencyKey: "k1" };

const rulesBroken = (requests: readonly ClientRequest[], more: Partial<Journals> = {}, end: End = "settled"): readonly string[] =>
  judge({ events: [initiated, expired], provider: [], callbacks: [], requests, ...more }, end).map(({ rule }) => rule);

const callback = (version: number, ms: number): AcceptedCallback => ({ orderNumber: "O1", reference: "r1", version, type: "payment.expired", status: "expired", atMs: startMs + ms });
const wanted = { events: [initiated, { ...expired, value: { ...expired.value, public: { ...view(2, "expired"), callback: "sealed" } } }] };

describe("clients that can rely on their answers", () => {
  it.each<[string, readonly ClientRequest[], Partial<Journals>?]>([
    ["a create and a read", [create(0, 50, {}), read(60, 70, 1, "pending"), read(60_010, 60_020, 2, "expired")]],
    ["a repeat told that the reference is used", [create(0, 50, {}), { ...create(60, 70, {}), answer: usedBefore }]],
    ["a keyed repeat with the first answer", [create(0, 50, {}, keyed), create(60, 70, { replayed: true }, keyed)]],
    ["a keyed repeat after the payer was erased", [create(0, 50, {}, keyed), create(60, 70, { body: '{"status":"pending","reference":"[erased]"}' }, keyed)]],
    ["a keyed repeat answered first, the payer erased since", [create(0, 90, { body: '{"status":"pending","reference":"[erased]"}' }, keyed), create(20, 50, {}, keyed)]],
    ["a key used for another body, refused", [create(0, 50, {}, keyed), { ...refusal(60, { status: 422, code: "idempotency_key_reused", body: "" }), idempotencyKey: "k1", body: "{2}" }]],
    ["a 503, and a repeat that was taken", [{ ...create(0, 10, {}), answer: unavailable }, create(15, 50, {})]],
    ["a decision that nobody waited for", [create(0, 10, undefined), { ...create(60_000, 60_010, {}), answer: usedBefore }]],
    ["a decision before its 503", [{ ...create(0, 12_000, {}), answer: unavailable }, { ...create(13_000, 13_010, {}), answer: usedBefore }]],
    ["a refused create", [refusal(0)], { events: [] }],
    ["reads that overlap a change", [create(0, 50, {}), read(59_990, 60_010, 2, "expired"), read(59_995, 60_020, 1, "pending")]],
  ])("are those of %s", (_name, requests, more = {}) => expect(rulesBroken(requests, more)).toEqual([]));
});

describe("a planted fault", () => {
  it.each<[string, string, readonly ClientRequest[], Partial<Journals>?]>([
    ["what is answered is in the log", "an answer before the append", [create(0, 50, {})], { events: [] }],
    ["what is answered is in the log", "another order number", [create(0, 50, { orderNumber: "O7" })]],
    ["what is answered is in the log", "another merchant's payment", [create(0, 50, {}, { account: "ffff8ae1d2b94b7f9a6c5d4e3f201182/test" })]],
    ["what is answered is in the log", "a reference used by nothing", [{ ...create(0, 5, {}), answer: { ...usedBefore, orderNumber: "O7" } }]],
    ["one 201 per reference", "two creations", [create(0, 50, {}), create(60, 70, {})]],
    ["a repeat gets the first answer", "another answer to a repeat", [create(0, 50, {}, keyed), create(60, 70, { body: "second" }, keyed)]],
    ["a repeat gets the first answer", "a later status after the payer was erased", [create(0, 50, {}, keyed), create(60, 70, { body: '{"status":"failed","reference":"[erased]"}' }, keyed)]],
    [
      "one payment per reference",
      "a reference with two payments",
      [create(0, 50, {})],
      { events: [initiated, expired, { ...initiated, offset: 2, subject: "p2", value: { ...initiated.value, paymentId: "p2", orderNumber: "O2", public: { ...view(1, "pending"), orderNumber: "O2" } } }] },
    ],
    ["a key stands for one body", "one key for two payments", [create(0, 50, {}, keyed), create(60, 70, {}, { ...keyed, reference: "r2", body: "{2}" })]],
    ["a refused create leaves nothing", "a payment after all", [refusal(0)]],
    ["nothing is decided behind a client's back", "a decision long after the 503", [{ ...create(-3_000, -2_000, {}), answer: unavailable }]],
    ["every create is answered", "a create that never had an answer", [{ ...create(0, 50, {}), answer: unavailable }]],
    ["reads never go back", "an older version", [create(0, 50, {}), read(60_010, 60_020, 2, "expired"), read(60_030, 60_040, 1, "pending")]],
    ["reads never go back", "not found after a 201", [create(0, 50, {}), read(60, 70, 0, "")]],
    ["reads never go back", "an older version than a callback told", [create(0, 50, {}), read(60_030, 60_040, 1, "pending")], { ...wanted, callbacks: [callback(2, 60_025)] }],
    ["what is read is in the log", "a version that never was", [create(0, 50, {}), read(60_010, 60_020, 3, "failed")]],
    ["what is read is in the log", "another status", [create(0, 50, {}), read(60_010, 60_020, 2, "failed")]],
  ])("breaks the rule: %s (%s)", (rule, _name, requests, more = {}) => expect(rulesBroken(requests, more)).toContain(rule));
});
