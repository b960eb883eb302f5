import type { LinkFault } from "@malipo/local-platform";
import { callbackLink, FaultLinks } from "../../harness/fault-links.js";
import { oneOf } from "../choice.js";
import type { FaultCase, FaultGround } from "../fault.js";
import { services } from "./instances.js";

/** Why there are no links to put a fault on. */
export const noLinks = async ({ platform }: FaultGround): Promise<string | undefined> =>
  FaultLinks.of(platform) === undefined ? "the platform runs without links (MALIPO_FAULT_LINKS=1)" : undefined;

export const linksOf = ({ platform }: FaultGround): FaultLinks => {
  const links = FaultLinks.of(platform);
  if (links === undefined) throw new Error("the platform runs without links");
  return links;
};

interface Manner {
  readonly fault?: LinkFault;
  readonly holdMs: number;
}

const resets: Manner = { fault: { resetsPerSecond: 0.5 }, holdMs: 10_000 };
const manners = {
  latency: { fault: { latencyMs: 150, jitterMs: 150 }, holdMs: 15_000 },
  "reset-once": { holdMs: 0 },
  resets,
  "black-hole": { fault: { blackHole: "both" }, holdMs: 15_000 },
  "late-delivery": { fault: { hold: "up" }, holdMs: 10_000 },
  slicing: { fault: { slice: { bytes: 64, pauseMs: 5 } }, holdMs: 10_000 },
  "answers-lost": { fault: { blackHole: "down" }, holdMs: 15_000 },
  "reset-on-answer": { fault: { resetOnAnswer: true }, holdMs: 10_000 },
  refused: { fault: { refuse: true }, holdMs: 10_000 },
} as const satisfies Readonly<Record<string, Manner>>;

type MannerName = keyof typeof manners;

interface Group {
  readonly name: string;
  /** The links on which it is to go wrong at once. */
  links(ground: FaultGround): readonly string[];
  readonly manners: readonly MannerName[];
}

const others = ["callback-dispatcher", "auth-token", "reconciliation"] as const;
const everyManner = Object.keys(manners) as MannerName[];
const stream = ["latency", "reset-once", "resets", "black-hole", "late-delivery", "slicing", "answers-lost"] as const;
const callsOut = ["latency", "resets", "black-hole", "late-delivery", "slicing", "answers-lost", "reset-on-answer", "refused"] as const;

const groups: readonly Group[] = [
  { name: "payment-intake.kafka", links: () => ["payment-intake.kafka"], manners: stream },
  { name: "provider-router.kafka", links: () => ["provider-router.kafka"], manners: stream },
  { name: "others.kafka", links: ({ choice }) => [`${oneOf(choice, others)}.kafka`], manners: stream },
  { name: "everyone.kafka", links: () => services.map((service) => `${service}.kafka`), manners: ["reset-once", "black-hole", "answers-lost"] },
  { name: "payment-intake.postgres", links: () => ["payment-intake.postgres"], manners: everyManner },
  {
    name: "others.postgres",
    links: ({ choice }) => [`${oneOf(choice, [...others, "provider-router"])}.postgres`],
    manners: ["resets", "black-hole", "answers-lost"],
  },
  { name: "providers", links: () => ["provider-router.pawapay", "provider-router.daraja"], manners: callsOut },
  { name: "webhooks", links: () => ["provider-sandbox.provider-router"], manners: callsOut },
  { name: "callbacks", links: () => [callbackLink], manners: callsOut },
];

const linkFault = (group: Group, manner: MannerName): FaultCase => {
  const { fault, holdMs }: Manner = manners[manner];
  return {
    name: `link/${group.name}/${manner}`,
    group: "link",
    holdMs,
    skipped: noLinks,
    inject: async (ground) => {
      const links = linksOf(ground);
      const names = group.links(ground);
      await Promise.all(names.map((name) => (fault === undefined ? links.reset(name) : links.set(name, fault))));
      return async () => void (await Promise.all(names.map((name) => links.heal(name))));
    },
  };
};

/** Needs a platform started with `MALIPO_FAULT_LINKS=1`. */
export const linkFaults: readonly FaultCase[] = groups.flatMap((group) => group.manners.map((manner) => linkFault(group, manner)));
