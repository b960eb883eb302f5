import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { CallbackJournal, faultsInOrder, type CallbackBody } from "./callback-journal.js";
import { call } from "./http.js";

const told = (...versions: readonly number[]): readonly CallbackBody[] => versions.map((version) => ({ version, type: "payment.any" }) as CallbackBody);

describe("the merchants' receiver", () => {
  it("holds against nobody what broke off, and against whoever it was what is not signed", async () => {
    const receiver = await CallbackJournal.open();
    const url = receiver.urlFor("0".repeat(32), "whsec_c2VjcmV0");
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(`POST ${new URL(url).pathname} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\nhalf`);
    await once(socket, "data"); // told to go on: the head was read
    socket.resetAndDestroy();
    const { status } = await call(url, { json: {} });
    await receiver.close();
    expect([status, receiver.refused.length, receiver.entries.length]).toEqual([400, 1, 0]);
  });
});

describe("the order of a payment's callbacks", () => {
  it("takes each version after the one before it, and the same one again", () => {
    expect(faultsInOrder(told(2, 3, 4))).toEqual([]);
    expect(faultsInOrder(told(2, 2, 3, 3))).toEqual([]);
  });

  it.each([[told(3)], [told(2, 4)], [told(2, 3, 2)], [told(3, 2)]])("finds a gap and a step back", (callbacks) => {
    expect(faultsInOrder(callbacks)).not.toEqual([]);
  });
});
