import type { DynamicModule, Type } from "@nestjs/common";
import type { Clock, Logger, Metrics, Random } from "@malipo/ports";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyInstance } from "fastify";
import type { ProblemRenderer } from "../errors/problem.filter.js";

export type ReadyReport = Readonly<{ ready: boolean; checks: Readonly<Record<string, string>> }>;

export type HttpAppOptions = Readonly<{
  module: Type<unknown> | DynamicModule;
  logger: Logger;
  metrics: Metrics & Readonly<{ text(): Promise<string> }>;
  /** `HealthRegistry` of `@malipo/runtime`. */
  health: Readonly<{ report(): ReadyReport; stop(): void }>;
  random: Random;
  clock: Clock;
  /** Paths under which a body comes as its raw bytes, whatever its type: provider webhooks, pass-through. */
  rawRoutes?: readonly string[];
  /** Paths that also take `application/x-www-form-urlencoded`. */
  formRoutes?: readonly string[];
  /** Another envelope for some paths; undefined leaves the canonical one. */
  renderProblem?: ProblemRenderer;
  /** 64 KiB unless the service says otherwise (statement imports). */
  bodyBytesMax?: number;
  /** Connections at once, 10,000 unless the service says otherwise: each costs memory, asked for anything or not. The next is closed. */
  connectionsMax?: number;
  /** Levels of nesting that the reader takes; 32 unless the service says otherwise. */
  depthMax?: number;
  /** Routes and plugins that Nest does not know, added before its own. */
  configure?: (fastify: FastifyInstance, nest: NestFastifyApplication) => void | Promise<void>;
}>;

export const isUnder = (prefixes: readonly string[] | undefined, url: string): boolean => {
  if (prefixes === undefined) return false;
  const path = url.split("?", 1)[0]!;
  return prefixes.some((prefix) => path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`));
};
