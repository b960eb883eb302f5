import { describe, expect, it } from "@jest/globals";
import { readServiceEnv, seconds } from "./service-env.js";

const complete = { KAFKA_BROKERS: "a:1,b:2", DATABASE_URL: "postgresql://x", ADMIN_TOKEN: "t", PORT: "4001" };

describe("the environment of a service", () => {
  it("is read into one typed object", () => {
    expect(readServiceEnv(complete, "auth-token", 3001)).toMatchObject({ port: 4001, kafkaBrokers: ["a:1", "b:2"], host: "127.0.0.1" });
  });

  it.each(["KAFKA_BROKERS", "DATABASE_URL", "ADMIN_TOKEN"])("refuses to start without %s", (name) => {
    expect(() => readServiceEnv({ ...complete, [name]: undefined }, "auth-token", 3001)).toThrow(`${name} is not set`);
  });

  it("refuses a duration that is none", () => {
    expect(seconds({ A: "1.5" }, "A", 9)).toBe(1500);
    expect(seconds({}, "A", 9)).toBe(9000);
    expect(() => seconds({ A: "soon" }, "A", 9)).toThrow("A must be seconds");
  });
});
