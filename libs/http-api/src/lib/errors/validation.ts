import { type ArgumentMetadata, Injectable, ValidationPipe } from "@nestjs/common";
import type { ValidationError } from "class-validator";
import { Problem, invalid } from "./problem.js";

/** Validates DTOs: unknown fields are refused, and what is wrong is told by field. Values are never converted. */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      transformOptions: { enableImplicitConversion: false },
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => invalid(byField(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === "body" && !Buffer.isBuffer(value)) {
      if (value === undefined) throw new Problem("malformed_request", "The request needs a JSON body.");
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid({ body: ["must be a JSON object"] });
    }
    return super.transform(value, metadata);
  }
}

/** `{ "field.inner": ["what is wrong"] }`. Bounded, since the fields are the client's. */
const byField = (errors: readonly ValidationError[], prefix = "", found: Record<string, string[]> = {}): Record<string, string[]> => {
  for (const error of errors) {
    if (Object.keys(found).length >= 20) break;
    const field = `${prefix}${error.property.slice(0, 64)}`;
    if (error.constraints !== undefined) {
      const unknownField = error.constraints["whitelistValidation"] !== undefined;
      found[field] = unknownField ? ["is not a known field"] : Object.values(error.constraints);
    }
    byField(error.children ?? [], `${field}.`, found);
  }
  return found;
};
