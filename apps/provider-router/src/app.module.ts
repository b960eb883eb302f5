import { type DynamicModule, Module } from "@nestjs/common";
import { ADMIN_TOKEN } from "@malipo/http-api";
import { OperationsController } from "./operations/operations.controller.js";
import { ReceiveWebhook } from "./receive-webhook/receive-webhook.js";
import { WebhooksController } from "./receive-webhook/webhooks.controller.js";
import { Router } from "./router.js";

@Module({})
export class AppModule {
  static with(options: Readonly<{ router: Router; adminToken: string }>): DynamicModule {
    return {
      module: AppModule,
      controllers: [WebhooksController, OperationsController],
      providers: [
        { provide: Router, useValue: options.router },
        { provide: ReceiveWebhook, useValue: options.router.webhooks },
        { provide: ADMIN_TOKEN, useValue: options.adminToken },
      ],
    };
  }
}
