import type { LoggerService } from "@nestjs/common";
import type { Logger } from "@malipo/ports";

/** Nest's own lines in our log. Its start-up chatter is for debugging only. */
export const nestLogger = (logger: Logger): LoggerService => {
  const line = (write: (fields: object, message: string) => void) => (message: unknown, ...rest: unknown[]) =>
    write({ component: "nest", ...(rest.length > 0 && { context: rest.at(-1) }) }, String(message));
  return {
    log: line((fields, message) => logger.debug(fields, message)),
    debug: line((fields, message) => logger.debug(fields, message)),
    verbose: line((fields, message) => logger.debug(fields, message)),
    warn: line((fields, message) => logger.warn(fields, message)),
    error: line((fields, message) => logger.error(fields, message)),
    fatal: line((fields, message) => logger.error(fields, message)),
  };
};
