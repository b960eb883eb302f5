import type { Candidate, NextCandidate } from "@malipo/payment-lifecycle";

/** Why a channel is not taken, beyond what coverage says. */
export type RoutingReason = "best" | "next_after_failover" | "not_needed" | "tried_before" | "unhealthy_but_only" | (string & {});

export type RoutingQuestion = Readonly<{
  /** Channels of the payment's terms, best first. */
  channels: readonly NextCandidate[];
  /** Of each provider: undefined when it serves the payment, otherwise why not. */
  gapOf: (provider: string) => string | undefined;
  isHealthy: (provider: string) => boolean;
  /** Channels on which an attempt ended without money. */
  tried: readonly NextCandidate[];
  /** Where the record of the last attempt says to go; it may be a channel tried before, when that try was ours to lose. */
  next?: NextCandidate;
}>;

export type RoutingAnswer = Readonly<{ chosen?: NextCandidate; candidates: readonly Candidate[] }>;

/**
 * The first channel of the terms that serves the payment and was not tried. Health only orders: a provider that seems
 * down is still better than none, and its refusal costs the payer nothing.
 */
export const chooseProvider = (question: RoutingQuestion): RoutingAnswer => {
  const looks = question.channels.map((channel) => ({ channel, obstacle: obstacleOf(channel, question) }));
  const open = looks.filter(({ obstacle }) => obstacle === undefined).map(({ channel }) => channel);
  const chosen = preferred(open, question);
  if (chosen === undefined) return { candidates: looks.map(({ channel, obstacle }) => ({ ...channel, chosen: false, reason: obstacle! })) };
  return {
    chosen,
    candidates: looks.map(({ channel, obstacle }) => ({
      ...channel,
      chosen: channel === chosen,
      reason: channel === chosen ? whyChosen(chosen, question) : (obstacle ?? (question.isHealthy(channel.provider) ? "not_needed" : "unhealthy")),
    })),
  };
};

const preferred = (open: readonly NextCandidate[], { next, isHealthy }: RoutingQuestion): NextCandidate | undefined =>
  open.find((channel) => next !== undefined && same(channel, next)) ?? open.find(({ provider }) => isHealthy(provider)) ?? open[0];

const obstacleOf = (channel: NextCandidate, { gapOf, tried, next }: RoutingQuestion): string | undefined => {
  const gap = gapOf(channel.provider);
  if (gap !== undefined) return gap;
  const isNext = next !== undefined && same(channel, next);
  return !isNext && tried.some((before) => same(before, channel)) ? "tried_before" : undefined;
};

const whyChosen = (chosen: NextCandidate, { next, isHealthy }: RoutingQuestion): RoutingReason => {
  if (next !== undefined && same(chosen, next)) return "next_after_failover";
  return isHealthy(chosen.provider) ? "best" : "unhealthy_but_only";
};

const same = (a: NextCandidate, b: NextCandidate): boolean => a.provider === b.provider && a.channelId === b.channelId;
