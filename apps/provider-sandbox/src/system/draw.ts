import { randomBytes, randomInt } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Capital letters and digits, as operators number their transactions. */
export const drawCode = (length: number): string => {
  let code = "";
  for (const byte of randomBytes(length)) code += letters[byte % letters.length];
  return code;
};

export const drawDigits = (length: number): string => {
  let digits = "";
  for (const byte of randomBytes(length)) digits += String(byte % 10);
  return digits;
};

/** A whole number from low to high, both included. */
export const drawBetween = (low: number, high: number): number => (low === high ? low : randomInt(low, high + 1));
