import { describe, expect, it } from "@jest/globals";
import type { Outcome } from "@malipo/payment-lifecycle";
import type { HttpRequest, Logger } from "@malipo/ports";
import type { CallContext, CollectRequest, OutcomeQuery, PaymentProvider, ProviderPorts, QueryAnswer, RawWebhook, WebhookReading } from "../lib/payment-provider.js";
import { type Reply, ScriptedHttp } from "./scripted-http.js";

export type Recorded<Expected> = Readonly<{ name: string; reply: Reply; expected: Expected }>;

export type ConformanceSubject = Readonly<{
  name: string;
  create(ports: ProviderPorts): PaymentProvider;
  request: CollectRequest;
  query: OutcomeQuery;
  /** The call that takes money; all others (tokens, queries) get `otherwise`. */
  isCollect(request: HttpRequest): boolean;
  isQuery(request: HttpRequest): boolean;
  otherwise(request: HttpRequest): Reply;
  collects: readonly Recorded<Outcome>[];
  queries: readonly Recorded<QueryAnswer>[];
  webhooks: readonly Readonly<{ name: string; body: string; expected: WebhookReading }>[];
  webhook(body: string): RawWebhook;
  /** Must never be among the frozen bytes. */
  secrets: readonly string[];
}>;

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const call: CallContext = { mode: "test", deadlineMs: 1_000 };

/** What every adapter owes, whichever provider it speaks to. */
export const providerConformance = (subject: ConformanceSubject): void => {
  const setUp = (replies: { collect?: Reply; query?: Reply }) => {
    const http = new ScriptedHttp((request) => {
      if (subject.isCollect(request)) return replies.collect ?? { kind: "unknown", cause: "timeout" };
      if (subject.isQuery(request)) return replies.query ?? { kind: "unknown", cause: "timeout" };
      return subject.otherwise(request);
    });
    const clock = { now: () => subject.request.at, monotonicMs: () => 0 };
    const provider = subject.create({ http, clock, logger: silent });
    return { http, provider, prepared: provider.prepareCollect(subject.request) };
  };

  describe(`${subject.name}, collecting`, () => {
    it.each([...subject.collects])("reads: $name", async ({ reply, expected }) => {
      const { provider, prepared } = setUp({ collect: reply });
      expect(await provider.collect(prepared, call)).toEqual(expected);
    });

    it("freezes the same bytes for the same request, without a credential", () => {
      const { provider, prepared } = setUp({});
      expect(provider.prepareCollect(subject.request)).toEqual(prepared);
      const text = Buffer.from(prepared).toString("utf8");
      for (const secret of subject.secrets) expect(text).not.toContain(secret);
    });

    it("sends the money's request once, having asked right before", async () => {
      const { provider, prepared, http } = setUp({});
      let asked = 0;
      await provider.collect(prepared, { ...call, maySend: () => (asked += 1) > 0 });
      expect(asked).toBe(1);
      expect(http.sent.filter(subject.isCollect)).toHaveLength(1);
      expect(http.sent.filter(subject.isCollect)[0]?.maySend).toBeDefined();
    });

    it("sends nothing that takes money after a no", async () => {
      const { provider, prepared, http } = setUp({});
      expect(await provider.collect(prepared, { ...call, maySend: () => false })).toMatchObject({ kind: "not_sent" });
      expect(http.sent.filter(subject.isCollect)).toHaveLength(0);
    });

    it.each<[Reply, Outcome["kind"]]>([
      [{ kind: "not_sent", cause: "connection_refused" }, "not_sent"],
      [{ kind: "unknown", cause: "timeout" }, "unknown"],
      [{ kind: "unknown", cause: "connection_lost" }, "unknown"],
      [{ status: 500, body: "<html>oops</html>" }, "unknown"],
      [{ status: 502, body: { message: "bad gateway" } }, "unknown"],
      [{ status: 403, body: "<html>blocked by a proxy</html>" }, "unknown"],
      [{ status: 403, body: { message: "Forbidden" } }, "unknown"],
      [{ status: 302, body: "" }, "unknown"],
      [{ status: 200, body: "" }, "unknown"],
      [{ status: 200, body: "[]" }, "unknown"],
      [{ status: 200, body: '{"status":' }, "unknown"],
    ])("says no more than it knows after %j", async (reply, kind) => {
      const { provider, prepared } = setUp({ collect: reply });
      expect((await provider.collect(prepared, call)).kind).toBe(kind);
    });

    it("says not_sent of bytes that it did not make", async () => {
      const { provider, http } = setUp({});
      expect(await provider.collect(Buffer.from("not ours"), call)).toMatchObject({ kind: "not_sent" });
      expect(http.sent.filter(subject.isCollect)).toHaveLength(0);
    });
  });

  describe(`${subject.name}, asking`, () => {
    it.each([...subject.queries])("reads: $name", async ({ reply, expected }) => {
      const { provider } = setUp({ query: reply });
      expect(await provider.fetchOutcome(subject.query, call)).toEqual(expected);
    });

    it.each<[Reply]>([
      [{ kind: "not_sent", cause: "connection_refused" }],
      [{ kind: "unknown", cause: "timeout" }],
      [{ status: 500, body: "<html>oops</html>" }],
      [{ status: 404, body: "<html>no such page</html>" }],
      [{ status: 404, body: { message: "not found" } }],
      [{ status: 401, body: { message: "who are you" } }],
      [{ status: 200, body: "" }],
    ])("has learned nothing from %j", async (reply) => {
      const { provider } = setUp({ query: reply });
      expect((await provider.fetchOutcome(subject.query, call)).kind).toBe("unknown");
    });
  });

  describe(`${subject.name}, webhooks`, () => {
    it.each([...subject.webhooks])("reads: $name", ({ body, expected }) => {
      const { provider } = setUp({});
      const webhook = subject.webhook(body);
      expect(provider.authenticateWebhook(webhook)).toBe(true);
      expect(provider.readWebhook(webhook)).toEqual(expected);
    });

    it.each(["", "x", "../..", "A".repeat(43), "%00"])("refuses the path token %j", (pathToken) => {
      const { provider } = setUp({});
      expect(provider.authenticateWebhook({ ...subject.webhook("{}"), pathToken })).toBe(false);
    });

    it.each(["", "null", "[]", "{}", '"text"', "{", '{"Body":{"stkCallback":null}}', '{"depositId":5,"status":"COMPLETED"}', "\u0000"])(
      "tells no outcome from %j",
      (body) => {
        const { provider } = setUp({});
        expect(provider.readWebhook(subject.webhook(body)).kind).not.toBe("outcome");
      },
    );

    it("tells no outcome from bytes that are no UTF-8", () => {
      const { provider } = setUp({});
      expect(provider.readWebhook({ ...subject.webhook("{}"), body: Uint8Array.of(0xff, 0xfe, 0x7b) }).kind).not.toBe("outcome");
    });
  });
};
