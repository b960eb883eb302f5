import { describe, expect, it } from "@jest/globals";
import { brokerProperties } from "./broker-config.js";

const config = { port: 1000, controllerPort: 1001, logDir: "/data" };
const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.includes("listener"));

describe("the broker's listeners", () => {
  it("are one for clients and one for the controller", () => {
    expect(linesOf(brokerProperties(config))).toEqual([
      "controller.listener.names=CONTROLLER",
      "listeners=PLAINTEXT://127.0.0.1:1000,CONTROLLER://127.0.0.1:1001",
      "advertised.listeners=PLAINTEXT://127.0.0.1:1000",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
      "inter.broker.listener.name=PLAINTEXT",
    ]);
  });

  it("tell whoever comes over a link the link's port, or everybody would go round it", () => {
    const listeners = [{ name: "PAYMENT_INTAKE", port: 1002, advertisedPort: 1003 }];
    expect(linesOf(brokerProperties({ ...config, listeners }))).toEqual([
      "controller.listener.names=CONTROLLER",
      "listeners=PLAINTEXT://127.0.0.1:1000,CONTROLLER://127.0.0.1:1001,PAYMENT_INTAKE://127.0.0.1:1002",
      "advertised.listeners=PLAINTEXT://127.0.0.1:1000,PAYMENT_INTAKE://127.0.0.1:1003",
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PAYMENT_INTAKE:PLAINTEXT",
      "inter.broker.listener.name=PLAINTEXT",
    ]);
  });
});
