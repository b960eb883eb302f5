import { type Coverage, type CoverageQuery, findCoverage } from "@malipo/provider-contract";
import { providers } from "./providers.js";

export type ProviderCoverage = Readonly<{ provider: string; coverage: Coverage }>;

/** What the platform can serve, best first, as data: for the terms of a payment at acceptance. */
export const coverageFor = (query: CoverageQuery): readonly ProviderCoverage[] =>
  [...providers.values()].flatMap(({ id, capabilities }) => {
    const verdict = findCoverage(capabilities.collections, query);
    return verdict.served ? [{ provider: id, coverage: verdict.line }] : [];
  });

export type { CoverageQuery } from "@malipo/provider-contract";
