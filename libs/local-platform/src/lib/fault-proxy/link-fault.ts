/** `up` is from the one who connects to the one who listens, `down` is back. */
export type Way = "up" | "down";
export type Ways = Way | "both";

/** What is wrong with a link now. An absent field is no fault; an empty object is a sound link. */
export interface LinkFault {
  /** Each way; the order of bytes is kept. */
  readonly latencyMs?: number;
  /** Up to this much more, drawn anew for what arrives at one time. */
  readonly jitterMs?: number;
  /** Of each connection and way. */
  readonly bytesPerSecond?: number;
  /** So many bytes at a time, with a pause after each. */
  readonly slice?: { readonly bytes: number; readonly pauseMs: number };
  /**
   * What goes that way is lost without a word, closes included. With `down` requests pass and their answers are lost. A
   * connection that lost something is reset when the link is healed.
   */
  readonly blackHole?: Ways;
  /** What goes that way waits, and is delivered late when the link is healed, even if its sender has given up and gone. */
  readonly hold?: Ways;
  /** Nobody listens any more; connections that are open stay. */
  readonly refuse?: boolean;
  /** The request passes, and its first answer resets the connection. */
  readonly resetOnAnswer?: boolean;
  /** How many resets an open connection has to expect each second. */
  readonly resetsPerSecond?: number;
}

export class LinkFaultError extends Error {
  override readonly name = "LinkFaultError";
}

type Rule = (value: unknown) => boolean;

const from =
  (least: number, most: number): Rule =>
  (value) =>
    typeof value === "number" && value >= least && value <= most;
const isWays: Rule = (value) => value === "up" || value === "down" || value === "both";
const isTrue: Rule = (value) => value === true;
const isSlice: Rule = (value) => {
  const { bytes, pauseMs, ...rest } = (value ?? {}) as Record<string, unknown>;
  return Number.isInteger(bytes) && from(1, 1 << 20)(bytes) && from(0, 60_000)(pauseMs) && Object.keys(rest).length === 0;
};

const rules: Readonly<Record<keyof LinkFault, Rule>> = {
  latencyMs: from(0, 600_000),
  jitterMs: from(0, 600_000),
  bytesPerSecond: from(1, 1e9),
  slice: isSlice,
  blackHole: isWays,
  hold: isWays,
  refuse: isTrue,
  resetOnAnswer: isTrue,
  resetsPerSecond: from(0, 100),
};

/** @throws LinkFaultError naming the field: a fault that is misspelt would prove nothing, silently. */
export const linkFaultFrom = (value: unknown): LinkFault => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new LinkFaultError("a fault is a JSON object");
  for (const [field, content] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, field) ? rules[field as keyof LinkFault] : undefined;
    if (rule === undefined) throw new LinkFaultError(`no such fault: ${field}`);
    if (!rule(content)) throw new LinkFaultError(`${field} cannot be ${JSON.stringify(content)}`);
  }
  return value as LinkFault;
};

export const concerns = (ways: Ways | undefined, way: Way): boolean => ways === way || ways === "both";
