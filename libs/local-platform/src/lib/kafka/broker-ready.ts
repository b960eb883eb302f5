import { connect } from "node:net";

const timeoutMs = 3_000;
const clientId = "malipo-launcher";

// Spoken by hand, so that the launcher keeps no client with its timers and connections for two questions.
const metadata = { key: 3, version: 1 };
const findCoordinator = { key: 10, version: 0 };

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const frame = (api: { readonly key: number; readonly version: number }, body: Buffer): Buffer => {
  const header = Buffer.alloc(12);
  header.writeInt16BE(api.key, 4);
  header.writeInt16BE(api.version, 6);
  header.writeInt32BE(1, 8);
  const message = Buffer.concat([header, text(clientId), body]);
  message.writeInt32BE(message.length - 4);
  return message;
};

/** The first bytes of the answer, from its length on; undefined when none comes. */
const ask = (broker: string, request: Buffer, bytesWanted: number): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const at = broker.trim().lastIndexOf(":");
    const socket = connect({ host: broker.trim().slice(0, at), port: Number(broker.trim().slice(at + 1)) });
    let received = Buffer.alloc(0);
    const finish = (answer: Buffer | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.once("error", () => finish(undefined));
    socket.once("close", () => finish(undefined));
    socket.once("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= bytesWanted) finish(received);
    });
  });

const knowsBrokers = async (broker: string): Promise<boolean> => {
  const noTopics = Buffer.alloc(4);
  const answer = await ask(broker, frame(metadata, noTopics), 12);
  return answer !== undefined && answer.readInt32BE(8) > 0;
};

/** True when one of the brokers answers a metadata request and knows a broker. An open port alone means nothing yet. */
export const answersMetadata = async (brokers: readonly string[]): Promise<boolean> => {
  for (const broker of brokers) if (await knowsBrokers(broker)) return true;
  return false;
};

/**
 * True when groups can be joined. Asking is also what makes a new broker create its topic of group offsets, which takes
 * it a moment in which every first join would fail.
 */
export const coordinatesGroups = async (broker: string): Promise<boolean> => {
  const answer = await ask(broker, frame(findCoordinator, text(clientId)), 10);
  return answer !== undefined && answer.readInt16BE(8) === 0;
};
