import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DarajaError } from "./errors.js";

const livesForS = 3_599;

const same = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

/** Tokens that carry their own expiry under a MAC: a restart needs no list of them. */
export class DarajaTokens {
  constructor(
    private readonly consumerKey: string,
    private readonly consumerSecret: string,
  ) {}

  issue(header: string | undefined, grantType: unknown, nowMs: number): { access_token: string; expires_in: string } {
    if (grantType !== "client_credentials") throw new DarajaError(400, "400.008.02", "Invalid grant type passed");
    const [, encoded] = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(header ?? "") ?? [];
    if (encoded === undefined) throw new DarajaError(400, "400.008.01", "Invalid Authentication passed");
    const given = Buffer.from(encoded, "base64").toString("utf8");
    if (!same(given, `${this.consumerKey}:${this.consumerSecret}`)) {
      throw new DarajaError(400, "400.008.01", "Invalid Authentication passed");
    }
    const until = Math.floor(nowMs / 1_000 + livesForS).toString(36);
    // The real one sends the life time as a string.
    return { access_token: `${until}${this.mac(until)}`, expires_in: String(livesForS) };
  }

  check(header: string | undefined, nowMs: number): void {
    const [, token = ""] = /^Bearer ([A-Za-z0-9]+)$/.exec(header ?? "") ?? [];
    const until = token.slice(0, -macLength);
    const isOurs = token.length > macLength && same(token.slice(-macLength), this.mac(until));
    if (!isOurs || parseInt(until, 36) * 1_000 <= nowMs) {
      throw new DarajaError(401, "404.001.03", "Invalid Access Token");
    }
  }

  private mac(until: string): string {
    return createHmac("sha256", this.consumerSecret).update(`${this.consumerKey} ${until}`).digest("hex").slice(0, macLength);
  }
}

const macLength = 22;
