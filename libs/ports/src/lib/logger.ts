/** Structured log; fields are redacted by name by the adapter. No secret or personal datum is passed on purpose. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
