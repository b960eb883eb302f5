import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Controller, Get, Module, Param } from "@nestjs/common";
import { silentLogger, startTracing, systemClock, systemRandom, type Tracing } from "@malipo/runtime";
import { type OtlpReceiver, startOtlpReceiver } from "@malipo/testing";
import { CurrentTrace, type Trace } from "../guards/params.js";
import { createHttpApp, type HttpApp } from "./http-app.js";

@Controller("notes")
class NotesController {
  @Get(":id")
  one(@Param("id") id: string, @CurrentTrace() trace: Trace) {
    if (id === "defect") throw new TypeError("a defect");
    return trace;
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const incoming = `00-${traceId}-00f067aa0ba902b7-01`;
const options = {
  module: NotesModule,
  logger: silentLogger,
  metrics: { count() {}, gauge() {}, observe() {}, text: async () => "" },
  health: { report: () => ({ ready: true, checks: {} }), stop() {} },
  random: systemRandom,
  clock: systemClock,
};

describe("server spans", () => {
  let receiver: OtlpReceiver;
  let tracing: Tracing;
  let app: HttpApp;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    Object.assign(process.env, receiver.env);
    tracing = await startTracing("notes", process.env);
    app = await createHttpApp(options);
  });
  afterAll(async () => {
    await app.nest.close();
    await receiver.stop();
  });

  it("continue the caller's trace, and hand the request's own span on", async () => {
    const told = await app.fastify.inject({ url: "/notes/7?phone=243812345789", headers: { traceparent: incoming } });
    const { traceparent } = told.json<Trace>();
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
    const begun = (await app.fastify.inject({ url: "/notes/8" })).json<Trace>().traceparent;
    await app.fastify.inject({ url: "/notes/defect" });
    await app.fastify.inject({ url: "/health/live" });
    await tracing.stop();

    const [first, second, defect, ...more] = receiver.spans;
    expect(first).toMatchObject({ service: "notes", name: "GET /notes/:id", traceId, parentSpanId: "00f067aa0ba902b7" });
    expect(first?.attributes).toMatchObject({ "http.request.method": "GET", "http.route": "/notes/:id", "http.response.status_code": 200 });
    expect(traceparent).toContain(first?.spanId);
    expect(begun).toBe(`00-${second?.traceId}-${second?.spanId}-01`);
    expect(second?.parentSpanId).toBeUndefined();
    expect(defect?.attributes).toMatchObject({ "http.response.status_code": 500, "error.type": "500" });
    expect(more).toEqual([]);
    expect(receiver.text).not.toContain("243812345789");
  });

  it("are none while nothing is exported, and the context of the request is then not called recorded", async () => {
    const quiet = await createHttpApp(options);
    const before = receiver.spans.length;
    expect((await quiet.fastify.inject({ url: "/notes/9" })).json<Trace>().traceparent).toMatch(/-00$/);
    expect((await quiet.fastify.inject({ url: "/notes/9", headers: { traceparent: incoming } })).json<Trace>().traceparent).toBe(incoming);
    await quiet.nest.close();
    expect(receiver.spans).toHaveLength(before);
  });
});
