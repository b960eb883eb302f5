import { type DynamicModule, Module } from "@nestjs/common";
import { ADMIN_TOKEN } from "@malipo/http-api";
import type { CallbackStore } from "./keep-deliveries/callback-store.js";
import { DeliveriesController } from "./replay-deliveries/deliveries.controller.js";
import { RedeliverHandler, type RedeliverOptions } from "./replay-deliveries/redeliver.handler.js";
import { CALLBACK_STORE } from "./tokens.js";

export type AppModuleOptions = RedeliverOptions & Readonly<{ store: CallbackStore; adminToken: string }>;

@Module({})
export class AppModule {
  static with(options: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      controllers: [DeliveriesController],
      providers: [
        { provide: CALLBACK_STORE, useValue: options.store },
        { provide: RedeliverHandler, useValue: new RedeliverHandler(options) },
        { provide: ADMIN_TOKEN, useValue: options.adminToken },
      ],
    };
  }
}
