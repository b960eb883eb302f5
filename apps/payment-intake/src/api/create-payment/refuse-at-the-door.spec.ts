import { afterEach, describe, expect, it } from "@jest/globals";
import { Admission, type HttpApp } from "@malipo/http-api";
import { silentLogger, systemClock } from "@malipo/runtime";
import { newAccount, tokenOf } from "../../testing/test-app.js";
import { createUnstartedApp } from "../../testing/unstarted-app.js";

/** The app has no log behind it: a create that gets through ends with a defect that tells so. */
describe("a full house", () => {
  let app: HttpApp | undefined;
  const ends: (() => void)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    await app?.nest.close();
  });

  /** The app, and an admission in which each of the accounts has so many creates under way. */
  const fullOf = async (count: number, ...accounts: readonly ReturnType<typeof newAccount>[]): Promise<HttpApp> => {
    const admission = new Admission({ perKeyMax: 1_000, totalMax: 4_000 }, systemClock);
    for (const account of accounts) {
      for (let at = 0; at < count && admission.refusal(account) === undefined; at += 1) {
        void admission.run(account, () => new Promise<void>((resolve) => ends.push(resolve)));
      }
    }
    app = await createUnstartedApp(silentLogger, admission);
    return app;
  };
  const post = (to: HttpApp, payload: string, headers: Record<string, string>) =>
    to.fastify.inject({ method: "POST", url: "/api/v1/payments", payload, headers: { "content-type": "application/json", ...headers } });
  const bearer = (account: ReturnType<typeof newAccount>) => ({ authorization: `Bearer ${tokenOf(account)}` });

  it("refuses a create in the API's own envelope, with seconds to wait, and does not read its body", async () => {
    const flood = newAccount();
    const answer = await post(await fullOf(1_000, flood), "{ unreadable", bearer(flood));
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "1"]);
    expect(answer.json()).toEqual({ code: "temporarily_unavailable", message: expect.any(String) });
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  it("lets another account in", async () => {
    const answer = await post(await fullOf(1_000, newAccount()), "{ unreadable", bearer(newAccount()));
    expect(answer.statusCode).toBe(400);
  });

  it("still tells a stranger that he is one", async () => {
    const answer = await post(await fullOf(1_000, newAccount()), "{}", { authorization: "Bearer nobody" });
    expect(answer.statusCode).toBe(401);
  });

  it("goes on answering health and metrics", async () => {
    const to = await fullOf(1_000, newAccount());
    const answers = await Promise.all(["/health/live", "/metrics"].map((url) => to.fastify.inject(url)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  });

  it("does not refuse reads for it", async () => {
    const flood = newAccount();
    const to = await fullOf(1_000, flood);
    const answer = await to.fastify.inject({ url: "/api/v1/payments/no-number/status", headers: bearer(flood) });
    expect(answer.statusCode).toBe(404);
  });
});
