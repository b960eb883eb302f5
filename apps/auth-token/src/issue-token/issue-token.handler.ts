import { type Account, accountOf } from "@malipo/kernel";
import { ACCESS_TOKEN_AUDIENCE, type FoundCredential, type MerchantDirectory } from "@malipo/merchant-directory";
import { liveSecrets } from "@malipo/merchant-lifecycle";
import type { Clock, Random } from "@malipo/ports";
import { type Pepper, randomToken, timingSafeEqualText } from "@malipo/security";
import { createSigner } from "fast-jwt";
import type { PrivateKey, SigningKeys } from "../publish-keys/signing-keys.js";
import type { CredentialUses } from "../manage-credentials/credential-uses.js";
import type { FailedCredentials } from "./failed-credentials.js";
import type { TokenFault, TokenRequest } from "./token-request.js";

export type IssuedToken = Readonly<{ accessToken: string; expiresInS: number; account: Account }>;

type Sign = (claims: object) => string;

/** The client credentials grant: who has a living client and its secret gets a token for the client's account. */
export class IssueTokenHandler {
  private signer: { kid: string; sign: Sign } | undefined;

  constructor(
    private readonly directory: MerchantDirectory,
    private readonly keys: SigningKeys,
    private readonly pepper: Pepper,
    private readonly failures: FailedCredentials,
    private readonly uses: CredentialUses,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly config: Readonly<{ issuer: string; tokenTtlS: number }>,
  ) {}

  async execute(request: TokenRequest, source: string): Promise<IssuedToken | TokenFault> {
    // A client that another instance made or rotated a moment ago may not have come round yet.
    const found = this.authenticate(request) ?? (await this.directory.recheck().then(() => this.authenticate(request)));
    if (found === undefined) {
      const retryAfterMs = this.failures.count(source);
      if (retryAfterMs !== undefined) return { error: "rate_limited", description: "Too many failed credentials.", retryAfterMs };
      return { error: "invalid_client", description: "The client is unknown, or its secret is wrong.", viaBasic: request.viaBasic };
    }
    const { merchant, credential } = found;
    const account = accountOf(merchant.merchantId, credential.mode);
    const accessToken = this.sign(await this.keys.private(), account, request.clientId);
    this.uses.used(credential.credentialId);
    return { accessToken, expiresInS: this.config.tokenTtlS, account };
  }

  private authenticate({ clientId, clientSecret }: TokenRequest): FoundCredential | undefined {
    const found = this.directory.credentialByClientId(clientId);
    const secrets = found === undefined ? [] : liveSecrets(found.credential, this.clock.now());
    // Hashed also for an unknown client, so that the time does not tell which ids there are.
    const given = this.pepper.secretHash(clientSecret);
    const fits = secrets.filter(({ secret }) => secret.form === "hash" && timingSafeEqualText(secret.hash, given));
    return fits.length > 0 ? found : undefined;
  }

  private sign({ kid, key }: PrivateKey, account: Account, clientId: string): string {
    if (this.signer?.kid !== kid) {
      const pem = key.export({ format: "pem", type: "pkcs8" });
      this.signer = { kid, sign: createSigner({ algorithm: "ES256", key: pem, kid, header: { typ: "at+jwt", alg: "ES256" } }) };
    }
    const iat = Math.floor(this.clock.now() / 1000);
    const { issuer, tokenTtlS } = this.config;
    return this.signer.sign({
      iss: issuer,
      aud: ACCESS_TOKEN_AUDIENCE,
      sub: clientId,
      client_id: clientId,
      account,
      iat,
      exp: iat + tokenTtlS,
      jti: randomToken(this.random, 16),
    });
  }
}
