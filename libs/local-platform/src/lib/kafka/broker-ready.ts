import { connect } from "node:net";

const timeoutMs = 3_000;

/** Metadata, version 1, no topics: size, api key, version, correlation id, client id, empty topic list. */
const request = (): Buffer => {
  const clientId = Buffer.from("malipo-launcher");
  const body = Buffer.alloc(14 + clientId.length);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(1, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(clientId.length, 8);
  clientId.copy(body, 10);
  body.writeInt32BE(0, 10 + clientId.length);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

const brokersIn = (answer: Buffer): number | undefined => (answer.length >= 12 ? answer.readInt32BE(8) : undefined);

/** How many brokers one broker knows; 0 when it does not answer. Spoken by hand, so that no client stays behind. */
const askOne = (broker: string): Promise<number> =>
  new Promise((resolve) => {
    const at = broker.trim().lastIndexOf(":");
    const socket = connect({ host: broker.trim().slice(0, at), port: Number(broker.trim().slice(at + 1)) });
    let received = Buffer.alloc(0);
    const finish = (count: number): void => {
      socket.destroy();
      resolve(count);
    };
    socket.setTimeout(timeoutMs, () => finish(0));
    socket.once("error", () => finish(0));
    socket.once("close", () => finish(0));
    socket.once("connect", () => socket.write(request()));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const count = brokersIn(received);
      if (count !== undefined) finish(count);
    });
  });

/** True when one of the brokers answers a metadata request and knows a broker. An open port alone means nothing yet. */
export const answersMetadata = async (brokers: readonly string[]): Promise<boolean> => {
  for (const broker of brokers) if ((await askOne(broker)) > 0) return true;
  return false;
};
