import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HttpOutcome, Scheduler } from "@malipo/ports";
import type { buildConnector } from "undici";
import type { AddressGuard } from "./address-guard.js";

type NotSentCause = Extract<HttpOutcome, { kind: "not_sent" }>["cause"];

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** No socket came to be, so nothing was written to one. */
export class ConnectFailure extends Error {
  constructor(readonly notSent: NotSentCause, options?: ErrorOptions) {
    super(`no connection: ${notSent}`, options);
    this.name = "ConnectFailure";
  }
}

export type ConnectorOptions = Readonly<{
  guard: AddressGuard;
  scheduler: Scheduler;
  development: boolean;
  connectTimeoutMs: number;
  resolve?: Resolve;
  /** Certificate authorities beside the built-in ones are for specs. */
  ca?: string | Buffer;
}>;

export const resolveWithSystem: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * Resolves, refuses when any of the addresses is not to be called (a name that points both ways is an attack or a
 * mistake), and connects to exactly the address that was looked at. TLS keeps the name for SNI and the certificate.
 */
export const guardedConnector = (options: ConnectorOptions): buildConnector.connector => {
  const { guard, development, resolve = resolveWithSystem } = options;

  const open = async (target: buildConnector.Options): Promise<Socket> => {
    const secure = target.protocol === "https:";
    const port = target.port !== "" ? Number(target.port) : secure ? 443 : 80;
    const hostname = target.hostname.replace(/^\[|\]$/g, "");
    const addresses = isIP(hostname) !== 0 ? [hostname] : await addressesOf(hostname, resolve);
    if (!addresses.every((address) => guard.mayCall(address, port, development))) throw new ConnectFailure("address_refused");
    let failure = new ConnectFailure("name_not_resolved");
    for (const address of addresses) {
      try {
        return await connectTo(address, port, secure ? (target.servername ?? (isIP(hostname) === 0 ? hostname : "")) : undefined, options);
      } catch (error) {
        failure = error as ConnectFailure;
      }
    }
    throw failure;
  };

  return (target, callback) => {
    open(target).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
};

const addressesOf = async (hostname: string, resolve: Resolve): Promise<string[]> => {
  try {
    const found = await resolve(hostname);
    if (found.length === 0) throw new Error("no address");
    return found.map(({ address }) => address);
  } catch (cause) {
    throw new ConnectFailure("name_not_resolved", { cause });
  }
};

/** `servername` undefined means plain TCP; empty means TLS to an address, whose certificate must name the address. */
const connectTo = (address: string, port: number, servername: string | undefined, options: ConnectorOptions): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket: Socket =
      servername === undefined
        ? connectTcp({ host: address, port })
        : connectTls({
            host: address,
            port,
            ALPNProtocols: ["http/1.1"],
            ...(servername !== "" && { servername }),
            ...(options.ca !== undefined && { ca: options.ca }),
          });
    const timer = options.scheduler.after(options.connectTimeoutMs, () => fail(new ConnectFailure("connect_timeout")));
    const fail = (failure: ConnectFailure): void => {
      timer.cancel();
      socket.destroy();
      reject(failure);
    };
    // A handshake that fails is as good as a refusal: no byte of the request was written.
    socket.on("error", (cause) => fail(new ConnectFailure("connection_refused", { cause })));
    socket.once("close", () => fail(new ConnectFailure("connection_refused")));
    socket.once(servername === undefined ? "connect" : "secureConnect", () => {
      timer.cancel();
      socket.removeAllListeners("close");
      socket.removeAllListeners("error");
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      resolve(socket);
    });
  });
