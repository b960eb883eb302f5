import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { HttpApp } from "@malipo/http-api";
import { createUnstartedApp } from "../testing/unstarted-app.js";

const committed = fileURLToPath(new URL("../../../../docs/api/kodipay.openapi.json", import.meta.url));

describe("the API document", () => {
  let app: HttpApp;
  beforeAll(async () => {
    app = await createUnstartedApp();
  });
  afterAll(() => app.nest.close());

  it("is committed as it is served; UPDATE_API_DOCUMENT=1 writes it", async () => {
    const served = await app.fastify.inject("/docs/openapi.json");
    expect(served.statusCode).toBe(200);
    const text = `${JSON.stringify(served.json(), null, 2)}\n`;
    if (process.env["UPDATE_API_DOCUMENT"]) writeFileSync(committed, text);
    expect(readFileSync(committed, "utf8")).toBe(text);
  });

  it("describes every route of the merchants' API, what it takes, and how it refuses", async () => {
    const document = (await app.fastify.inject("/docs/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const routes = app.routes.filter(({ method, url }) => url.startsWith("/api/") && method !== "HEAD");
    expect(routes.length).toBeGreaterThanOrEqual(3);
    for (const { method, url } of routes) {
      const operation = document.paths[url.replaceAll(/:([a-zA-Z]+)/g, "{$1}")]?.[method.toLowerCase()];
      expect(operation?.operationId).toBeDefined();
      expect(operation.responses["401"].content["application/json"].schema.$ref).toBe("#/components/schemas/Error");
    }
    expect(Object.keys(document.components.schemas.CreatePaymentRequest.properties).sort()).toEqual([
      "amount", "callback_url", "currency", "payment_method", "reference", "walletID",
    ]);
    expect(JSON.stringify(document)).not.toMatch(/admin\/v1|pawapay|daraja/i);
  });

  it("has a page", async () => {
    const page = await app.fastify.inject("/docs");
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, expect.stringContaining("text/html")]);
  });
});
