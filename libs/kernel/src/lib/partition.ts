/** Every payment and merchant topic has this many partitions; it is part of each chain's first digest. */
export const PARTITION_COUNT = 12;

const encoder = new TextEncoder();

/**
 * Kafka's murmur2 (org.apache.kafka.common.utils.Utils.murmur2) over the UTF-8 bytes of a text,
 * as an unsigned 32-bit number.
 */
export const murmur2 = (text: string): number => {
  const bytes = encoder.encode(text);
  const m = 0x5bd1e995;
  const length = bytes.length;
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length - whole;
  if (rest > 0) {
    if (rest === 3) h ^= bytes[whole + 2]! << 16;
    if (rest >= 2) h ^= bytes[whole + 1]! << 8;
    h = Math.imul(h ^ bytes[whole]!, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  h ^= h >>> 15;
  return h >>> 0;
};

/** The partition of an account, a merchant id, or any other partition key: murmur2 with the sign bit cleared, mod 12. */
export const partitionOf = (key: string): number => (murmur2(key) & 0x7fffffff) % PARTITION_COUNT;
