/** Amounts with at most two decimals, compared as whole hundredths: floating point would misjudge limits and refunds. */
export const toHundredths = (amount: string): bigint => {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
};

export const fromHundredths = (hundredths: bigint): string => {
  const fraction = hundredths % 100n;
  return fraction === 0n ? String(hundredths / 100n) : `${hundredths / 100n}.${String(fraction).padStart(2, "0")}`;
};
