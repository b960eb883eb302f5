import { describe, expect, it } from "@jest/globals";
import { readConfig } from "./config.js";

const env = {
  SANDBOX_DATA_DIR: "data",
  PAWAPAY_API_TOKEN: "t",
  DARAJA_CONSUMER_KEY: "k",
  DARAJA_CONSUMER_SECRET: "s",
  DARAJA_PASSKEY: "p",
};

describe("the sandbox's configuration", () => {
  it("listens on loopback at its three ports unless told otherwise", () => {
    const { host, port, pawapay, daraja, latencyMs } = readConfig(env);
    expect([host, port, pawapay.port, daraja.port]).toEqual(["127.0.0.1", 3010, 3011, 3012]);
    expect(daraja.shortcode).toBe("174379");
    expect(latencyMs).toEqual({ low: 20, high: 50 });
  });

  it("takes one latency or a range, and none for benchmarks", () => {
    expect(readConfig({ ...env, SANDBOX_LATENCY_MS: "0" }).latencyMs).toEqual({ low: 0, high: 0 });
    expect(readConfig({ ...env, SANDBOX_LATENCY_MS: "5-9" }).latencyMs).toEqual({ low: 5, high: 9 });
    expect(() => readConfig({ ...env, SANDBOX_LATENCY_MS: "9-5" })).toThrow("SANDBOX_LATENCY_MS");
    expect(() => readConfig({ ...env, SANDBOX_LATENCY_MS: "fast" })).toThrow("SANDBOX_LATENCY_MS");
  });

  it("sends every type of operation to one address unless a type has its own", () => {
    const { callbackUrls } = readConfig({
      ...env,
      SANDBOX_PAWAPAY_CALLBACK_URL: "http://a",
      SANDBOX_PAWAPAY_REFUND_CALLBACK_URL: "http://b",
    }).pawapay;
    expect(callbackUrls).toEqual({ DEPOSIT: "http://a", PAYOUT: "http://a", REFUND: "http://b" });
  });

  it.each(Object.keys(env))("refuses to start without %s", (name) => {
    expect(() => readConfig({ ...env, [name]: "" })).toThrow(name);
  });

  it("refuses a port that is none", () => {
    expect(() => readConfig({ ...env, SANDBOX_PORT: "70000" })).toThrow("SANDBOX_PORT");
  });
});
