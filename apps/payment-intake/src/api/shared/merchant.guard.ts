import { bearerToken, Problem, type RateLimiter, type Tier } from "@malipo/http-api";
import type { Account } from "@malipo/kernel";
import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import type { FastifyRequest } from "fastify";

export interface TokenVerifier {
  /** Undefined for a token that is not or no longer good. */
  verify(token: string): Promise<Readonly<{ account: Account }> | undefined>;
}

export interface TierDirectory {
  tier(account: Account): Tier;
}

export type MerchantAccess = Readonly<{ tokens: TokenVerifier; tiers: TierDirectory; limiter: RateLimiter }>;
export const MERCHANT_ACCESS = Symbol("merchant access");

/** Failed credentials are counted by where they come from. */
const failedTier: Tier = { perSecond: 20, burst: 200 };

/** `Authorization: Bearer` of a merchant: the account and its mode come from the token alone, and its rate is kept here. */
@Injectable()
export class MerchantGuard implements CanActivate {
  constructor(@Inject(MERCHANT_ACCESS) private readonly access: MerchantAccess) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { tokens, tiers, limiter } = this.access;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerToken(request);
    const verified = token === undefined ? undefined : await tokens.verify(token);
    if (verified === undefined) {
      await limiter.pass(`failed/${request.ip}`, failedTier);
      throw new Problem("unauthenticated", "A valid access token is needed.");
    }
    request.account = verified.account;
    await limiter.pass(`account/${verified.account}`, tiers.tier(verified.account));
    return true;
  }
}
