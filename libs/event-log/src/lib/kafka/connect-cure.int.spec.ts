import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { silentLogger } from "../simulated/index.js";
import { createTopics } from "./kafka-topics.js";
import type { KafkaEventLogOptions } from "./kafka-config.js";
import { KafkaClients } from "./kafka-clients.js";
import { KafkaProducer } from "./kafka-producer.js";

const broker = (): string => (process.env["TEST_KAFKA_BROKERS"] ?? "").split(",")[0]!;

/** Leads to the real broker, but lets nothing through while it stands still; what came meanwhile arrives late. */
let door: Server;
let still: boolean;
let waiting: (() => void)[];
let open: Socket[];

beforeEach(async () => {
  still = true;
  waiting = [];
  open = [];
  door = createServer((socket) => {
    const lead = (): void => {
      const at = broker().lastIndexOf(":");
      const far = connect({ host: broker().slice(0, at), port: Number(broker().slice(at + 1)) });
      open.push(far);
      for (const end of [socket, far]) end.on("error", () => undefined);
      socket.pipe(far).pipe(socket);
    };
    open.push(socket);
    if (still) waiting.push(lead);
    else lead();
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => door.close(resolve));
});

it("appends once a broker that stood still at the first connection goes on", async () => {
  const topic = `still-${randomBytes(6).toString("hex")}`;
  const settings = { partitions: 1, chained: false, config: { "cleanup.policy": "delete" } };
  await createTopics({ brokers: [broker()], clientId: "spec", replicationFactor: 1, topics: { [topic]: settings } });
  const brokers = [`127.0.0.1:${(door.address() as AddressInfo).port}`];
  const clients = new KafkaClients({ brokers, clientId: "spec", logger: silentLogger } as unknown as KafkaEventLogOptions);
  const producer = new KafkaProducer(clients, 3_000);
  const append = async (): Promise<string> => {
    const outcomes = await producer.append(topic, new Map([[0, [{ key: "k", value: new Uint8Array(), headers: {} }]]]));
    return outcomes.get(0)!.kind;
  };
  try {
    expect(await append()).toBe("unknown");
    still = false;
    for (const lead of waiting) lead();
    const kinds: string[] = [];
    while (kinds.length < 5 && kinds.at(-1) !== "appended") kinds.push(await append());
    expect(kinds.at(-1)).toBe("appended");
  } finally {
    await producer.disconnect();
  }
}, 30_000);
