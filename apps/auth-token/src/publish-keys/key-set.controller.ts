import { Controller, Get, Header, HttpCode, Inject, Post, UseGuards } from "@nestjs/common";
import { AdminGuard } from "@malipo/http-api";
import { eventOrProblem } from "../decide-merchants/refusal-problem.js";
import { SigningKeys } from "./signing-keys.js";

export const ISSUER = Symbol("issuer");

@Controller()
export class KeySetController {
  constructor(
    private readonly keys: SigningKeys,
    @Inject(ISSUER) private readonly issuer: string,
  ) {}

  @Get(".well-known/jwks.json")
  @Header("cache-control", "public, max-age=60")
  keySet(): object {
    return this.keys.keySet();
  }

  /** RFC 8414. */
  @Get(".well-known/oauth-authorization-server")
  @Header("cache-control", "public, max-age=300")
  metadata(): object {
    return {
      issuer: this.issuer,
      token_endpoint: `${this.issuer}/oauth/token`,
      jwks_uri: `${this.issuer}/.well-known/jwks.json`,
      grant_types_supported: ["client_credentials"],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    };
  }
}

@Controller("admin/v1/signing-keys")
@UseGuards(AdminGuard)
export class SigningKeysController {
  constructor(private readonly keys: SigningKeys) {}

  @Post("rotate")
  @HttpCode(201)
  async rotate(): Promise<object> {
    const event = eventOrProblem(await this.keys.rotate());
    return event.type === "SigningKeyPublished" ? { kid: event.kid } : {};
  }
}
