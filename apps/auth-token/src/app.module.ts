import { type DynamicModule, Module } from "@nestjs/common";
import { ADMIN_TOKEN } from "@malipo/http-api";
import { MerchantDirectory } from "@malipo/merchant-directory";
import type { AuthToken } from "./auth-token.js";
import type { AuthTokenConfig } from "./config.js";
import { MerchantCommands } from "./decide-merchants/merchant-commands.js";
import { IssueTokenHandler } from "./issue-token/issue-token.handler.js";
import { TokenController } from "./issue-token/token.controller.js";
import { CredentialsController } from "./manage-credentials/credentials.controller.js";
import { CredentialsHandler } from "./manage-credentials/credentials.handler.js";
import { SettingsController } from "./manage-settings/settings.controller.js";
import { SetWebhooksHandler } from "./manage-settings/set-webhooks.handler.js";
import { MerchantsController } from "./onboard-merchant/merchants.controller.js";
import { OnboardMerchantHandler } from "./onboard-merchant/onboard-merchant.handler.js";
import { ISSUER, KeySetController, SigningKeysController } from "./publish-keys/key-set.controller.js";
import { SigningKeys } from "./publish-keys/signing-keys.js";

@Module({})
export class AppModule {
  static of(parts: AuthToken, config: Pick<AuthTokenConfig, "adminToken" | "issuer">): DynamicModule {
    return {
      module: AppModule,
      controllers: [TokenController, KeySetController, SigningKeysController, MerchantsController, CredentialsController, SettingsController],
      providers: [
        { provide: ADMIN_TOKEN, useValue: config.adminToken },
        { provide: ISSUER, useValue: config.issuer },
        { provide: MerchantDirectory, useValue: parts.directory },
        { provide: MerchantCommands, useValue: parts.commands },
        { provide: SigningKeys, useValue: parts.keys },
        { provide: IssueTokenHandler, useValue: parts.issueToken },
        { provide: CredentialsHandler, useValue: parts.credentials },
        { provide: OnboardMerchantHandler, useValue: parts.onboard },
        { provide: SetWebhooksHandler, useValue: parts.webhooks },
      ],
    };
  }
}
