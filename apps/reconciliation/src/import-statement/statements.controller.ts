import { Readable } from "node:stream";
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, UseGuards } from "@nestjs/common";
import { AdminGuard, Problem, invalid, notFound } from "@malipo/http-api";
import type { FastifyRequest } from "fastify";
import type { ReconciliationStore } from "../keep-reconciliation/reconciliation-store.js";
import { statementView } from "../review-break/break-view.js";
import { RECONCILIATION_STORE } from "../tokens.js";
import { ImportRefusedError, ImportStatementHandler } from "./import-statement.handler.js";
import { NotAStatementError } from "./read-statement.js";

const listed = 100;

/** Operations: a provider's statement as it would send it, CSV in the body of the request. */
@Controller("admin/v1/statements")
@UseGuards(AdminGuard)
export class StatementsController {
  constructor(
    @Inject(ImportStatementHandler) private readonly importStatement: ImportStatementHandler,
    @Inject(RECONCILIATION_STORE) private readonly store: ReconciliationStore,
  ) {}

  @Post(":provider")
  @HttpCode(200)
  async import(@Param("provider") provider: string, @Query("date") date: unknown, @Req() request: FastifyRequest) {
    const file = request.body;
    if (!(file instanceof Readable)) throw new Problem("unsupported_media_type", "The statement must be sent as text/csv.");
    try {
      return await this.importStatement.execute(provider, typeof date === "string" ? date : "", file, request.traceparent);
    } catch (error) {
      if (error instanceof NotAStatementError) throw new Problem("validation_error", error.message, { cause: error });
      if (error instanceof ImportRefusedError) throw refusal(error);
      throw error;
    } finally {
      file.resume(); // what was not read is thrown away, so that the answer can be sent
    }
  }

  @Get()
  async list(@Query("provider") provider: unknown) {
    const filter = typeof provider === "string" && provider !== "" ? { provider } : {};
    return { statements: (await this.store.statements({ ...filter, limit: listed })).map(statementView) };
  }

  @Get(":statementId")
  async one(@Param("statementId") statementId: string) {
    const [statement] = await this.store.statements({ statementId, limit: 1 });
    if (statement === undefined) throw notFound();
    return statementView(statement);
  }
}

const refusal = (error: ImportRefusedError): Problem => {
  switch (error.code) {
    case "unknown_provider":
      return new Problem("not_found", error.message);
    case "unknown_day":
      return invalid({ date: ["must be a day, YYYY-MM-DD"] });
    case "import_in_progress":
      return new Problem("conflict", error.message);
  }
};
