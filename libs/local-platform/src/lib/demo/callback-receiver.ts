import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { loopback } from "../net/ports.js";

export interface ReceivedCallback {
  readonly type: string;
  readonly reference: string;
  readonly orderNumber: string;
  readonly status: string;
}

export interface CallbackReceiver {
  readonly url: string;
  /** The first callback of that type for that payment; rejects when the signal aborts. */
  next(type: string, reference: string, signal: AbortSignal): Promise<ReceivedCallback>;
  close(): Promise<void>;
}

const bytesMax = 64 << 10;

const readBody = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new Error("callback too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** What a merchant would run: takes callbacks, and accepts only those whose Standard Webhooks signature holds. */
export const startCallbackReceiver = async (callbackSecret: string, onRefused: (why: string) => void): Promise<CallbackReceiver> => {
  const webhook = new Webhook(callbackSecret);
  const received: ReceivedCallback[] = [];
  const waiting = new Set<() => void>();

  const server = createServer((message, response) => {
    readBody(message)
      .then((body) => {
        received.push(webhook.verify(body, message.headers as Record<string, string>) as ReceivedCallback);
        response.writeHead(204).end();
        for (const wake of waiting) wake();
      })
      .catch((error: unknown) => {
        onRefused(String(error));
        response.writeHead(400).end();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, loopback, resolve);
  });

  return {
    url: `http://${loopback}:${(server.address() as AddressInfo).port}/callbacks`,
    next: (type, reference, signal) =>
      new Promise((resolve, reject) => {
        const finish = (): void => {
          waiting.delete(look);
          signal.removeEventListener("abort", giveUp);
        };
        const look = (): void => {
          const found = received.find((callback) => callback.type === type && callback.reference === reference);
          if (found === undefined) return;
          finish();
          resolve(found);
        };
        const giveUp = (): void => {
          finish();
          reject(new Error(`no callback ${type} for ${reference}; received: ${JSON.stringify(received.map((each) => each.type))}`));
        };
        waiting.add(look);
        signal.addEventListener("abort", giveUp);
        look();
        if (signal.aborted) giveUp();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
