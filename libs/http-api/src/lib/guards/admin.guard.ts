import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import { timingSafeEqualText } from "@malipo/security";
import type { FastifyRequest } from "fastify";
import { Problem } from "../errors/problem.js";

/** Provide the token under this symbol: for `@UseGuards(AdminGuard)` Nest builds a guard of its own in every module. */
export const ADMIN_TOKEN = Symbol("admin token");

/** Operations APIs: `Authorization: Bearer <admin token>`, compared in constant time. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(ADMIN_TOKEN) private readonly adminToken: string) {
    if (adminToken === "") throw new RangeError("an empty admin token would let everybody in");
  }

  canActivate(context: ExecutionContext): boolean {
    const token = bearerToken(context.switchToHttp().getRequest<FastifyRequest>());
    if (token === undefined || !timingSafeEqualText(token, this.adminToken)) {
      throw new Problem("unauthenticated", "A valid operations token is needed.");
    }
    return true;
  }
}

/** RFC 6750: one header, the scheme in any case, one token. */
export const bearerToken = (request: FastifyRequest): string | undefined =>
  /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(request.headers.authorization ?? "")?.[1];
