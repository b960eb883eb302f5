import { Body, Controller, HttpCode, Post, Req, Res } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { IssueTokenHandler } from "./issue-token.handler.js";
import { type TokenFault, readTokenRequest } from "./token-request.js";

const statusOf: Readonly<Record<TokenFault["error"], number>> = {
  invalid_request: 400,
  unsupported_grant_type: 400,
  invalid_client: 401,
  rate_limited: 429,
};

@Controller("oauth")
export class TokenController {
  constructor(private readonly issueToken: IssueTokenHandler) {}

  @Post("token")
  @HttpCode(200)
  async token(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    // Neither an answer with a token nor one without may be kept by anything in between (RFC 6749 section 5.1).
    void reply.header("cache-control", "no-store").header("pragma", "no-cache");
    const read = readTokenRequest(body, request.headers.authorization);
    const answer = "error" in read ? read : await this.issueToken.execute(read, request.ip);
    if (!("error" in answer)) return { access_token: answer.accessToken, token_type: "Bearer", expires_in: answer.expiresInS };

    void reply.code(statusOf[answer.error]);
    if (answer.error === "invalid_client" && answer.viaBasic === true) void reply.header("www-authenticate", 'Basic realm="malipo", charset="UTF-8"');
    if (answer.retryAfterMs !== undefined) void reply.header("retry-after", String(Math.max(1, Math.ceil(answer.retryAfterMs / 1000))));
    return { error: answer.error, error_description: answer.description };
  }
}
