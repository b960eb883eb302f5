import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from "@nestjs/common";
import { AdminGuard, CurrentTrace, type Trace, notFound } from "@malipo/http-api";
import { type MerchantId, type Mode, isMerchantId } from "@malipo/kernel";
import type { CredentialKind } from "@malipo/merchant-lifecycle";
import { IsIn, IsInt, Max, Min } from "class-validator";
import { CredentialsHandler } from "./credentials.handler.js";

const kinds = ["oauth_client", "kipay_api_key", "gateway_signing_secret", "kpay_key_pair", "kotani_api_key"];
const OVERLAP_S_MAX = 30 * 86_400;

export class AddCredentialRequest {
  @IsIn(kinds)
  kind!: CredentialKind;

  @IsIn(["test", "live"])
  mode!: Mode;
}

export class RotateCredentialRequest {
  @IsInt()
  @Min(0)
  @Max(OVERLAP_S_MAX)
  overlapSeconds!: number;
}

@Controller("admin/v1/merchants/:merchantId/credentials")
@UseGuards(AdminGuard)
export class CredentialsController {
  constructor(private readonly credentials: CredentialsHandler) {}

  @Post()
  @HttpCode(201)
  add(@Param("merchantId") id: string, @Body() { kind, mode }: AddCredentialRequest, @CurrentTrace() trace: Trace): Promise<object> {
    return this.credentials.add(merchantParam(id), kind, mode, trace);
  }

  @Get()
  async list(@Param("merchantId") id: string): Promise<object> {
    return { credentials: await this.credentials.list(merchantParam(id)) };
  }

  @Post(":credentialId/rotate")
  @HttpCode(200)
  rotate(
    @Param("merchantId") id: string,
    @Param("credentialId") credentialId: string,
    @Body() { overlapSeconds }: RotateCredentialRequest,
    @CurrentTrace() trace: Trace,
  ): Promise<object> {
    return this.credentials.rotate(merchantParam(id), credentialId, overlapSeconds, trace);
  }

  @Delete(":credentialId")
  @HttpCode(204)
  async revoke(@Param("merchantId") id: string, @Param("credentialId") credentialId: string, @CurrentTrace() trace: Trace): Promise<void> {
    await this.credentials.revoke(merchantParam(id), credentialId, trace);
  }
}

/** A text that cannot be a merchant's id names no merchant. @throws Problem not_found */
export const merchantParam = (text: string): MerchantId => {
  if (!isMerchantId(text)) throw notFound();
  return text;
};
