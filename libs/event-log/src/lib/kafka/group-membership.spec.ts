import { describe, expect, it } from "@jest/globals";
import type { Logger, Scheduler } from "@malipo/ports";
import { GroupMembership } from "./group-membership.js";
import type { KafkaClients } from "./kafka-clients.js";

type Crash = { readonly payload: { readonly error: Error; readonly restart: boolean } };

/** As kafkajs behaves: a consumer that has crashed and does not restart by itself can be run again. */
class ScriptedConsumer {
  readonly events = { GROUP_JOIN: "join", CRASH: "crash" };
  runs = 0;
  private onCrash: (event: Crash) => void = () => undefined;

  on(event: string, listener: (event: Crash) => void): void {
    if (event === "crash") this.onCrash = listener;
  }
  crash(error: Error, restart = false): void {
    this.onCrash({ payload: { error, restart } });
  }
  run = async (): Promise<void> => void (this.runs += 1);
  connect = async (): Promise<void> => undefined;
  subscribe = async (): Promise<void> => undefined;
  disconnect = async (): Promise<void> => undefined;
}

const named = (name: string, cause?: Error): Error => Object.assign(new Error(name, { cause }), { name });

describe("a member of a group", () => {
  const start = async () => {
    const consumer = new ScriptedConsumer();
    const clients = { create: () => ({ consumer: () => consumer }) } as unknown as KafkaClients;
    const due: (() => void)[] = [];
    const fatal: unknown[] = [];
    const scheduler = { after: (_: number, task: () => void) => due.push(task), sleep: async () => undefined } as unknown as Scheduler;
    const logger = { info: () => undefined, warn: () => undefined } as unknown as Logger;
    const listener = { assigned: () => undefined, revoked: () => undefined };
    const options = { clients, topic: "t", group: "g", sessionTimeoutMs: 3_000, listener, scheduler, logger };
    const member = new GroupMembership({ ...options, onFatal: (error) => void fatal.push(error) });
    await member.start();
    return { consumer, member, due, fatal };
  };
  const notFound = named("KafkaJSNonRetriableError", named("KafkaJSGroupCoordinatorNotFound"));

  it("joins again when no broker names the coordinator, as often as it takes", async () => {
    const { consumer, due, fatal } = await start();
    for (const error of [notFound, named("KafkaJSGroupCoordinatorNotFound")]) {
      consumer.crash(error);
      due.shift()!();
    }
    expect([consumer.runs, fatal]).toEqual([3, []]);
  });

  it("leaves a crash to kafkajs that restarts by itself", async () => {
    const { consumer, due, fatal } = await start();
    consumer.crash(notFound, true);
    expect([consumer.runs, due, fatal]).toEqual([1, [], []]);
  });

  it("does not join again once it is stopped", async () => {
    const { consumer, member, due } = await start();
    consumer.crash(notFound);
    await member.stop();
    due.shift()!();
    expect(consumer.runs).toBe(1);
  });

  it("ends the process on a defect", async () => {
    const { consumer, due, fatal } = await start();
    const defect = new TypeError("undefined is not a function");
    consumer.crash(defect);
    expect([due, fatal]).toEqual([[], [defect]]);
  });
});
