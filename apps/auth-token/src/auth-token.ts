import { ChainTail, CommandBus, DeciderRuntime, TopicWriter } from "@malipo/event-log";
import { LogVault } from "@malipo/key-store";
import { MerchantDirectory } from "@malipo/merchant-directory";
import { PLATFORM_ID } from "@malipo/merchant-lifecycle";
import type { Clock, EventLog, KeyRing, Logger, Metrics, Random, Scheduler } from "@malipo/ports";
import { MerchantEventsReader, MerchantEventsWriter } from "@malipo/projections";
import { failpoint } from "@malipo/runtime";
import { Pepper } from "@malipo/security";
import type { Pool } from "pg";
import type { AuthTokenConfig } from "./config.js";
import { MerchantCommands } from "./decide-merchants/merchant-commands.js";
import { merchantsDefinition } from "./decide-merchants/merchants.definition.js";
import { FailedCredentials } from "./issue-token/failed-credentials.js";
import { IssueTokenHandler } from "./issue-token/issue-token.handler.js";
import { CredentialUses } from "./manage-credentials/credential-uses.js";
import { CredentialsHandler } from "./manage-credentials/credentials.handler.js";
import { SetWebhooksHandler } from "./manage-settings/set-webhooks.handler.js";
import { OnboardMerchantHandler } from "./onboard-merchant/onboard-merchant.handler.js";
import { MerchantsProjector } from "./project-merchants/merchants-projector.js";
import { StatePublisher } from "./publish-merchant-state/state-publisher.js";
import { SigningKeys } from "./publish-keys/signing-keys.js";

export type AuthTokenPorts = Readonly<{
  log: EventLog;
  /** One pool acts as `malipo_projector`, the other as `malipo_decider`. */
  pools: Readonly<{ projector: Pool; decider: Pool }>;
  keyRing: KeyRing;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  onFatal: (error: unknown) => void;
}>;

const FIRST_KEY_RETRY_MS = 500;

/** The service without HTTP: plain classes, put together once. */
export const createAuthToken = (ports: AuthTokenPorts, config: Pick<AuthTokenConfig, "issuer" | "tokenTtlS" | "pepper" | "platformChannels">) => {
  const { log, pools, clock, scheduler, random, logger } = ports;
  const { source, commandsTopic, eventsTopic } = merchantsDefinition;
  const writerOf = (topic: string): TopicWriter => new TopicWriter({ log, topic, clock, scheduler });
  const writers = {
    keys: writerOf("keys.state.v1"),
    states: writerOf("merchants.state.v1"),
    commands: writerOf(commandsTopic),
    parked: writerOf("parked.v1"),
  };

  const vault = new LogVault({ ...ports, writer: writers.keys }, source);
  const directory = new MerchantDirectory({ ...ports, vault });
  const pepper = new Pepper(config.pepper);
  const tail = new ChainTail({ ...ports, topic: eventsTopic });
  const reader = new MerchantEventsReader(pools.decider);
  const decider = new DeciderRuntime({
    ...ports,
    definition: {
      ...merchantsDefinition,
      decide: (...asked: Parameters<typeof merchantsDefinition.decide>) => {
        failpoint("auth-token.after_learned_before_recorded");
        return merchantsDefinition.decide(...asked);
      },
    },
    tail,
    store: reader,
    parked: writers.parked,
    group: "auth-token-decider",
  });
  const bus = new CommandBus({ ...ports, tail, writer: writers.commands, source });
  const publisher: StatePublisher = new StatePublisher(
    { ...ports, tail, writer: writers.states, events: reader, directory },
    () => projector,
    source,
  );
  const projector = new MerchantsProjector(
    tail,
    new MerchantEventsWriter(pools.projector),
    scheduler,
    logger,
    (_partition, ids) => publisher.projected(ids),
    ports.onFatal,
  );

  const commands = new MerchantCommands(bus, directory, random, scheduler, logger);
  // A token signed with the replaced key as the last thing lives for a whole lifetime more, and clocks differ a little.
  const keys = new SigningKeys(directory, vault, commands, random, clock, (config.tokenTtlS + 60) * 1000);
  const uses = new CredentialUses(pools.projector, clock, scheduler, logger);
  const issueToken = new IssueTokenHandler(directory, keys, pepper, new FailedCredentials(clock), uses, clock, random, config);
  const credentials = new CredentialsHandler(commands, directory, vault, pepper, uses, random, clock);
  const onboard = new OnboardMerchantHandler(commands, random, config.platformChannels);
  const webhooks = new SetWebhooksHandler(commands, vault);

  const stopping = new AbortController();
  let ready: string | undefined = "starting";
  /** The first instance of an installation makes the first key; until there is one, no token can be issued. */
  const firstKey = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await keys.ensure();
        await keys.private();
        ready = undefined;
        return;
      } catch (error) {
        ready = "no signing key yet";
        logger.warn({ error }, "there is no signing key yet");
        await scheduler.sleep(FIRST_KEY_RETRY_MS, stopping.signal).catch(() => undefined);
      }
    }
  };

  return {
    directory,
    vault,
    tail,
    commands,
    keys,
    issueToken,
    credentials,
    onboard,
    webhooks,
    /** Why tokens cannot be issued now; undefined when they can. */
    notReady: (): string | undefined => (tail.halted ? "the log is not the one that was read" : ready),
    start: async (): Promise<void> => {
      await vault.start();
      await directory.start();
      await tail.start(await projector.start());
      await publisher.start();
      await decider.start();
      void firstKey();
    },
    stop: async (): Promise<void> => {
      stopping.abort(new Error("stopping"));
      await decider.stop();
      await publisher.stop();
      await projector.stop();
      await tail.stop();
      await uses.close();
      await Promise.all(Object.values(writers).map((writer) => writer.close()));
      await directory.stop();
      await vault.stop();
    },
    platformId: PLATFORM_ID,
  };
};

export type AuthToken = ReturnType<typeof createAuthToken>;
