import { type AllowedBlocks, classifyAddress, isWithin, parseAllowedBlocks } from "./classify-address.js";

export type DevelopmentAccess = Readonly<{
  /** CIDR blocks from `OUTBOUND_ALLOW`; empty in production. */
  allow?: readonly string[];
  /** Ports of the platform itself, never to be called on an address opened for development. */
  denyPorts?: readonly number[];
}>;

const FIRST_OPEN_PORT = 1024;

/** Which addresses may be called: every public one, and for test accounts those opened for development. */
export class AddressGuard {
  private readonly blocks: AllowedBlocks;
  private readonly denyPorts: ReadonlySet<number>;

  constructor({ allow = [], denyPorts = [] }: DevelopmentAccess) {
    this.blocks = parseAllowedBlocks(allow);
    this.denyPorts = new Set(denyPorts);
  }

  mayCall(address: string, port: number, development: boolean): boolean {
    const { kind, address: spelled } = classifyAddress(address);
    if (kind === "public") return true;
    return development && port >= FIRST_OPEN_PORT && !this.denyPorts.has(port) && isWithin(spelled, this.blocks);
  }
}

export const portOf = (url: URL): number => (url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80);

/** Reads `OUTBOUND_ALLOW` ("127.0.0.1/32,10.0.0.0/8") and `OUTBOUND_DENY_PORTS` ("3000,3001"). @throws Error on anything else. */
export const readDevelopmentAccess = (env: Readonly<Record<string, string | undefined>>): DevelopmentAccess => {
  const allow = listed(env["OUTBOUND_ALLOW"]);
  parseAllowedBlocks(allow);
  const denyPorts = listed(env["OUTBOUND_DENY_PORTS"]).map((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`OUTBOUND_DENY_PORTS: not a port: ${text}`);
    return port;
  });
  return { allow, denyPorts };
};

const listed = (value: string | undefined): string[] =>
  (value ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
