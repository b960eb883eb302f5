import { describe, expect, it } from "@jest/globals";
import { platformSettings } from "./settings.js";

describe("where the platform listens", () => {
  it("is the documented places when nothing is said", () => {
    const { ports, urls, home } = platformSettings("/srv/malipo", {});
    expect(urls["payment-intake"]).toBe("http://127.0.0.1:3000");
    expect([ports["auth-token"], ports.reconciliation, ports["provider-sandbox"]]).toEqual([3001, 3004, 3010]);
    expect([ports.kafka, ports.postgres]).toEqual([19092, 15432]);
    expect(home).toBe("/srv/malipo/.malipo");
  });

  it("moves as a whole with one variable, and single ports with their own", () => {
    const { ports } = platformSettings("/", { MALIPO_PORT_BASE: "20000", AUTH_TOKEN_PORT: "21001" });
    expect(ports).toMatchObject({ "payment-intake": 20_000, "auth-token": 21_001, kafka: 20_092, postgres: 20_032 });
  });

  it("is refused when two would share a port, or one is no port", () => {
    expect(() => platformSettings("/", { AUTH_TOKEN_PORT: "3000" })).toThrow("auth-token and payment-intake are both to listen on port 3000");
    expect(() => platformSettings("/", { KAFKA_PORT: "many" })).toThrow("KAFKA_PORT is not a port: many");
  });
});
