import ipaddr from "ipaddr.js";

/**
 * What an address is to us. Only `public` may be called without further ado; `loopback` matters because development
 * allows one of them; everything else (private, link-local, carrier, multicast, translated, reserved, …) is `special`.
 */
export type AddressClass = "public" | "loopback" | "special" | "not_an_address";

export type ClassifiedAddress = Readonly<{
  kind: AddressClass;
  /** The usual spelling; an IPv4-mapped IPv6 address is written as the IPv4 address it stands for. */
  address: string;
}>;

/**
 * Global unicast as assigned today. Everything IPv6 outside it is special whatever tables say: unique-local, link-local,
 * site-local, IPv4-compatible `::a.b.c.d`, NAT64, and whatever will be invented next.
 */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Reads an address in any spelling that some resolver would take: decimal, octal, and hexadecimal IPv4, short forms
 * such as `127.1`, IPv4-mapped IPv6, brackets, zone ids. A zone id names an interface of this machine, so such an
 * address is never public.
 */
export const classifyAddress = (text: string): ClassifiedAddress => {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const [withoutZone = "", zone] = bare.split("%");
  if (!ipaddr.isValid(withoutZone)) return { kind: "not_an_address", address: text };
  const address = ipaddr.process(withoutZone);
  const spelled = address.toString();
  const range = address.range();
  if (range === "loopback") return { kind: "loopback", address: spelled };
  const isPublic =
    zone === undefined && range === "unicast" && (address.kind() === "ipv4" || (address as ipaddr.IPv6).match(globalUnicast));
  return { kind: isPublic ? "public" : "special", address: spelled };
};

/** Addresses that development opens, as parsed CIDR blocks. */
export type AllowedBlocks = readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];

/** @throws Error when a block is no CIDR notation. */
export const parseAllowedBlocks = (blocks: readonly string[]): AllowedBlocks => blocks.map((block) => ipaddr.parseCIDR(block));

export const isWithin = (address: string, blocks: AllowedBlocks): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return blocks.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match([base, bits] as never));
};
