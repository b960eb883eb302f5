/** The part of the Random port that this needs. */
export type ByteSource = { bytes(length: number): Uint8Array };

const SECRET_BYTES_MIN = 16;

/** Base64url text of that many random bytes, 256 bits unless told. @throws RangeError below 128 bits. */
export const randomToken = (random: ByteSource, bytes = 32): string => {
  if (bytes < SECRET_BYTES_MIN) throw new RangeError(`a token has at least ${SECRET_BYTES_MIN} bytes`);
  return Buffer.from(random.bytes(bytes)).toString("base64url");
};

/** `<prefix>_<random>`: the prefix says what it is, so that a leaked one is recognised by scanners and people. */
export const prefixedToken = (prefix: string, random: ByteSource, bytes = 32): string => `${prefix}_${randomToken(random, bytes)}`;

/** What of a secret may be shown later, so that people can tell two of them apart. */
export const lastFour = (secret: string): string => secret.slice(-4);
