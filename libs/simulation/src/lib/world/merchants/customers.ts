import { type Account, type ChannelId, type ProviderId, accountOf, merchantId } from "@malipo/kernel";
import type { NextCandidate } from "@malipo/payment-lifecycle";
import type { SeededRandom } from "@malipo/event-log/simulated";
import type { World } from "../world.js";

const msisdns = ["+254700000001", "+254700000002", "+254700000003"];
export const payers: readonly string[] = msisdns;

export const drawAccounts = (luck: SeededRandom): readonly Account[] =>
  Array.from({ length: luck.between(2, 4) }, () => accountOf(merchantId(Buffer.from(luck.bytes(16)).toString("hex")), "test"));

/** Everything that customers will buy in this world, and when. */
export const bringCustomers = ({ accounts, ledgers, faults, merchant, time, chaosMs }: World, luck: SeededRandom): void => {
  const startMs = time.nowMs;
  const channels: readonly NextCandidate[] = ledgers.map(({ id }) => ({ provider: id as ProviderId, channelId: `channel-${id}` as ChannelId }));
  const [first, second] = channels as [NextCandidate, NextCandidate];
  const oneOf = <Item>(items: readonly Item[]): Item => items[luck.below(items.length)]!;
  // Everything at once from one account fills batches; spread out, each is alone.
  const burst = luck.chance(0.4) ? { account: oneOf(accounts), atMs: startMs + luck.share() * chaosMs * 0.6 } : undefined;
  for (let n = luck.between(5, 9); n > 0; n -= 1) {
    const wanted = {
      account: burst?.account ?? oneOf(accounts),
      reference: `order-${n}`,
      minor: BigInt(luck.between(1, 100_000)),
      msisdn: oneOf(msisdns),
      channels: oneOf([[first], [second], channels, [second, first]]),
      idempotencyKey: faults.strikes("reused_key") ? "key-of-several" : luck.chance(0.4) ? `key-${n}` : undefined,
      wantsCallbacks: luck.chance(0.9),
      cancels: luck.chance(0.15),
      changedTo: faults.strikes("changed_body") ? BigInt(luck.between(100_001, 200_000)) : undefined,
    };
    const atMs = burst === undefined ? startMs + luck.share() * chaosMs * 0.7 : burst.atMs + luck.share() * 400;
    merchant.wants(wanted, atMs);
    // Two programs of one merchant, or one that is too impatient.
    if (faults.strikes("impatient_merchant")) merchant.wants(wanted, atMs + luck.share() * luck.share() * 3_000);
  }
};
