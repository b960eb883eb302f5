import { createPublicKey } from "node:crypto";
import { type Account, type Instant, instant, parseAccount } from "@malipo/kernel";
import { type SigningKey, liveSecrets } from "@malipo/merchant-lifecycle";
import type { Clock } from "@malipo/ports";
import { createVerifier } from "fast-jwt";
import type { MerchantDirectory } from "./merchant-directory.js";

/** `aud` of every access token: the API that merchants call. */
export const ACCESS_TOKEN_AUDIENCE = "urn:malipo:merchant-api";

export type AccessToken = Readonly<{ account: Account; clientId: string; tokenId: string; expiresAt: Instant }>;

type Claims = Readonly<{ client_id?: unknown; account?: unknown; jti?: unknown; exp?: unknown }>;
type KeyVerifier = Readonly<{ key: SigningKey; verify: (token: string) => Claims }>;

const VERIFIED_MAX = 10_000;
const TOKEN_LENGTH_MAX = 2_048;

/**
 * Tells whose token it is, or undefined. The signature is checked once per token and key; that the key, the client, and
 * the time still stand is asked on every use, so a revocation holds as soon as the directory has read it.
 */
export class AccessTokenVerifier {
  private readonly byKid = new Map<string, KeyVerifier>();
  private readonly kids = new Map<string, string | undefined>();

  constructor(
    private readonly directory: MerchantDirectory,
    private readonly clock: Clock,
    /** `iss` that a token must name (RFC 9068); any while it is not configured, since only our own keys are known here. */
    private readonly issuer?: string,
  ) {}

  /** @throws LogUnavailableError when it depends on what another instance wrote a moment ago, and that cannot be read. */
  async verify(token: string): Promise<AccessToken | undefined> {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    const kid = this.kidOf(token);
    if (kid === undefined) return undefined;
    const key = this.verifierOf(kid) ?? (await this.directory.recheck().then(() => this.verifierOf(kid)));
    if (key === undefined) return undefined;
    const read = this.read(key, token);
    if (read === undefined) return undefined;
    // Only a token that we signed comes here, so asking the log again about its client cannot be provoked from outside.
    return this.stands(read) ? read : await this.directory.recheck().then(() => (this.stands(read) ? read : undefined));
  }

  private read({ key, verify }: KeyVerifier, token: string): AccessToken | undefined {
    const now = this.clock.now();
    if (key.verifyUntil !== undefined && now >= key.verifyUntil) return undefined;
    let claims: Claims;
    try {
      claims = verify(token);
    } catch {
      return undefined;
    }
    const { client_id: clientId, account, jti, exp } = claims;
    if (typeof clientId !== "string" || typeof account !== "string" || typeof jti !== "string" || typeof exp !== "number") return undefined;
    if (now >= exp * 1000) return undefined;
    return { account: account as Account, clientId, tokenId: jti, expiresAt: instant(exp * 1000) };
  }

  private stands({ clientId, account }: AccessToken): boolean {
    const found = this.directory.credentialByClientId(clientId);
    if (found === undefined || liveSecrets(found.credential, this.clock.now()).length === 0) return false;
    const { merchantId, mode } = parseAccount(account);
    return found.merchant.merchantId === merchantId && found.credential.mode === mode;
  }

  private verifierOf(kid: string): KeyVerifier | undefined {
    const key = this.directory.signingKeys().find((known) => known.kid === kid);
    const made = this.byKid.get(kid);
    if (key === undefined) {
      this.byKid.delete(kid);
      return undefined;
    }
    if (made?.key.publicKey.x === key.publicKey.x) {
      if (made.key !== key) this.byKid.set(kid, { ...made, key });
      return { ...made, key };
    }
    const { kty, crv, x, y } = key.publicKey;
    const pem = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }).export({ type: "spki", format: "pem" });
    const verify = createVerifier({
      key: pem,
      algorithms: ["ES256"],
      checkTyp: "at+jwt",
      allowedAud: ACCESS_TOKEN_AUDIENCE,
      ...(this.issuer !== undefined && { allowedIss: this.issuer }),
      requiredClaims: ["iss", "sub", "client_id", "account", "iat", "exp", "jti"],
      // Expiry is checked on every use above, against the clock that was passed in.
      ignoreExpiration: true,
      ignoreNotBefore: true,
      cache: VERIFIED_MAX,
      cacheTTL: 3_600_000,
    }) as (token: string) => Claims;
    const verifier = { key, verify };
    this.byKid.set(kid, verifier);
    return verifier;
  }

  /** Headers of one key are one and the same text, so reading it is done once. */
  private kidOf(token: string): string | undefined {
    const header = token.slice(0, Math.max(0, token.indexOf(".")));
    if (header === "" || header.length > 512) return undefined;
    if (this.kids.has(header)) return this.kids.get(header);
    let kid: string | undefined;
    try {
      const read = JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as { kid?: unknown } | null;
      kid = typeof read?.kid === "string" ? read.kid : undefined;
    } catch {
      kid = undefined;
    }
    if (this.kids.size >= 64) this.kids.clear();
    this.kids.set(header, kid);
    return kid;
  }
}
