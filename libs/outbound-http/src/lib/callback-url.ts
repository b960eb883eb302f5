import type { Mode } from "@malipo/kernel";
import { AddressGuard, type DevelopmentAccess, portOf } from "./address-guard.js";
import { classifyAddress } from "./classify-address.js";

export type CallbackUrlFault =
  | "not_a_url"
  | "scheme_not_allowed"
  | "userinfo_not_allowed"
  | "host_not_allowed"
  | "address_not_allowed"
  | "too_long";

export class CallbackUrlRefusedError extends Error {
  readonly code = "callback_url_refused";

  constructor(readonly fault: CallbackUrlFault) {
    super(`callback URL refused: ${fault}`);
    this.name = "CallbackUrlRefusedError";
  }
}

const LENGTH_MAX = 2048;

/**
 * The check at acceptance, on the text alone: nothing is resolved, so a name is looked at again at each send. Returns the
 * parsed URL. Live accounts get https on public addresses only.
 *
 * @throws CallbackUrlRefusedError
 */
export const assertCallbackUrlAllowed = (text: string, { mode, ...access }: DevelopmentAccess & { mode: Mode }): URL => {
  if (text.length > LENGTH_MAX) throw new CallbackUrlRefusedError("too_long");
  if (!URL.canParse(text) || hasInvisible(text)) throw new CallbackUrlRefusedError("not_a_url");
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && mode === "test")) {
    throw new CallbackUrlRefusedError("scheme_not_allowed");
  }
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#\\]*@/.test(text)) {
    throw new CallbackUrlRefusedError("userinfo_not_allowed");
  }
  if (classifyAddress(url.hostname).kind === "not_an_address") {
    if (!isPublicName(url.hostname)) throw new CallbackUrlRefusedError("host_not_allowed");
    return url;
  }
  // An address in an unusual spelling (0x7f.1, 2130706433, 127.0.0.1.) is never an honest mistake, and other readers of
  // the same URL would disagree about what it means.
  if (writtenHost(text) !== url.hostname || !new AddressGuard(access).mayCall(url.hostname, portOf(url), mode === "test")) {
    throw new CallbackUrlRefusedError("address_not_allowed");
  }
  return url;
};

/** A name with at least two labels and none that is reserved for local use (RFC 6761, RFC 6762, RFC 9476, and habit). */
const isPublicName = (host: string): boolean => {
  const labels = host.replace(/\.$/, "").split(".");
  const last = labels.at(-1) ?? "";
  return labels.length >= 2 && !["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "arpa", "alt"].includes(last);
};

const writtenHost = (text: string): string | undefined => /^[a-z]+:\/\/([^/?#\\:[]+|\[[^\]]*\])/i.exec(text)?.[1]?.toLowerCase();

/** URL parsers drop tabs and line breaks and trim spaces, so that what is checked is not what was written. */
const hasInvisible = (text: string): boolean => /[\u0000-\u0020\u007f]/.test(text);
