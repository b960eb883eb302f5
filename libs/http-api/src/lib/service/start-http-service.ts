import type { Scheduler } from "@malipo/ports";
import { createHttpApp, type HttpApp } from "./http-app.js";
import { Listeners } from "./listeners.js";
import type { HttpAppOptions } from "./http-options.js";

/** A part to stop after the last answer was given, in the order given. */
export type Closer = Readonly<{ name: string; close(): Promise<void> | void }>;

export type HttpServiceOptions = HttpAppOptions &
  Readonly<{
    env: Readonly<{ service: string; host: string; port: number }>;
    scheduler: Scheduler;
    closers?: readonly Closer[];
    /** How long answers under way may take once the service is stopping. */
    drainMs?: number;
    /** False in specs, which stop the service themselves. */
    handleSignals?: boolean;
  }>;

export interface HttpService extends HttpApp {
  /** Where it listens, `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Stops once, however often it is called: not ready, no new requests, drain, then every part in its order. */
  stop(): Promise<void>;
}

const closerMs = 5_000;

/** Listens, and stops gracefully on SIGTERM and SIGINT: the process then ends with 0. */
export const startHttpService = async (options: HttpServiceOptions): Promise<HttpService> => {
  const { env, logger, health, scheduler, closers = [], drainMs = 10_000, handleSignals = true } = options;
  const app = await createHttpApp(options);
  const listeners = new Listeners();
  const reserved = await Listeners.reserve(env);
  await app.nest.listen(reserved);
  await listeners.join(app.fastify.server, reserved);
  const { port } = reserved;

  const stopOnce = async (): Promise<void> => {
    health.stop();
    app.refuseNewRequests();
    const drained = await within(scheduler, drainMs, Promise.all([listeners.close(), app.nest.close()]));
    if (!drained) {
      logger.warn({ drainMs }, "answers under way were cut off");
      app.fastify.server.closeAllConnections();
    }
    for (const { name, close } of closers) {
      try {
        if (!(await within(scheduler, closerMs, Promise.resolve(close())))) logger.warn({ part: name }, "did not stop in time");
      } catch (error) {
        logger.warn({ error, part: name }, "failed while stopping");
      }
    }
    logger.info({}, "stopped");
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopOnce());

  if (handleSignals) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        logger.info({ signal }, "stopping");
        void stop().finally(() => process.exit(0));
      });
    }
  }
  logger.info({ host: env.host, port }, "listening");
  return { ...app, url: `http://${env.host.includes(":") ? `[${env.host}]` : env.host}:${port}`, stop };
};

/** Whether the promise settled in time; a rejection is passed on. */
const within = async (scheduler: Scheduler, ms: number, promise: Promise<unknown>): Promise<boolean> => {
  const settled = new AbortController();
  const late = scheduler.sleep(ms, settled.signal).then(
    () => false,
    () => true, // aborted: the other one settled first
  );
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    settled.abort();
  }
};
