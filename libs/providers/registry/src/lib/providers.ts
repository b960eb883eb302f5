import { daraja } from "@malipo/provider-daraja";
import { pawapay } from "@malipo/provider-pawapay";
import type { PaymentProvider, ProviderCapabilities, ProviderDefinition, ProviderPorts } from "@malipo/provider-contract";

type Env = Readonly<Record<string, string | undefined>>;

export type RegisteredProvider = Readonly<{
  id: string;
  capabilities: ProviderCapabilities;
  /** @throws Error naming the variable that is missing or unreadable. */
  fromEnv(env: Env, ports: ProviderPorts): PaymentProvider;
}>;

const registered = <Config>(definition: ProviderDefinition<Config>): RegisteredProvider => ({
  id: definition.id,
  capabilities: definition.capabilities,
  fromEnv: (env, ports) => definition.create(definition.parseConfig(env), ports),
});

/** One line each. The order is the order of preference where nothing else decides. */
const definitions: readonly RegisteredProvider[] = [registered(daraja), registered(pawapay)];

export const providers: ReadonlyMap<string, RegisteredProvider> = new Map(definitions.map((provider) => [provider.id, provider]));

/** Every provider with its configuration. @throws Error naming what is missing: half a router must not start. */
export const createProviders = (env: Env, ports: ProviderPorts): ReadonlyMap<string, PaymentProvider> =>
  new Map(definitions.map((provider) => [provider.id, provider.fromEnv(env, ports)]));
