/** Whether two decimal texts say the same amount. */
export const sameAmount = (a: string, b: string): boolean => trimmed(a) === trimmed(b);

/** `a − Σ parts`, in the units of the finest of them; negative when the parts are more. */
export const restOf = (amount: string, parts: readonly string[]): bigint => {
  const digits = Math.max(...[amount, ...parts].map(decimalsOf));
  return parts.reduce((rest, part) => rest - units(part, digits), units(amount, digits));
};

const trimmed = (amount: string): string => (amount.includes(".") ? amount.replace(/0+$/, "").replace(/\.$/, "") : amount);
const decimalsOf = (amount: string): number => amount.split(".")[1]?.length ?? 0;
const units = (amount: string, digits: number): bigint => BigInt(amount.replace(".", "") + "0".repeat(digits - decimalsOf(amount)));
