import { type DynamicModule, Module } from "@nestjs/common";
import { ADMIN_TOKEN } from "@malipo/http-api";
import type { Clock } from "@malipo/ports";
import { ImportStatementHandler } from "./import-statement/import-statement.handler.js";
import { StatementsController } from "./import-statement/statements.controller.js";
import type { ReconciliationStore } from "./keep-reconciliation/reconciliation-store.js";
import { BreaksController } from "./review-break/breaks.controller.js";
import { CLOCK, RECONCILIATION_STORE } from "./tokens.js";

export type AppModuleOptions = Readonly<{ store: ReconciliationStore; clock: Clock; importStatement: ImportStatementHandler; adminToken: string }>;

@Module({})
export class AppModule {
  static with({ store, clock, importStatement, adminToken }: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      controllers: [StatementsController, BreaksController],
      providers: [
        { provide: RECONCILIATION_STORE, useValue: store },
        { provide: CLOCK, useValue: clock },
        { provide: ImportStatementHandler, useValue: importStatement },
        { provide: ADMIN_TOKEN, useValue: adminToken },
      ],
    };
  }
}
