import { applyDecorators } from "@nestjs/common";
import { ApiResponse } from "@nestjs/swagger";
import { ErrorBody } from "./answers.js";

const descriptions: Readonly<Record<number, string>> = {
  400: "The request cannot be read.",
  401: "A valid access token is needed.",
  404: "There is no such resource.",
  409: "The reference was already used; details name the payment.",
  413: "The body is larger than 64 KiB.",
  415: "The body is not application/json in UTF-8.",
  422: "The content is not acceptable; details say why by field.",
  429: "Too many requests; Retry-After says when to come again.",
  503: "The service cannot answer now; Retry-After says when to come again.",
};

/** The errors of an operation in the API document; all have one envelope. */
export const ApiErrors = (...statuses: readonly number[]) =>
  applyDecorators(...statuses.map((status) => ApiResponse({ status, description: descriptions[status] ?? "", type: ErrorBody })));
