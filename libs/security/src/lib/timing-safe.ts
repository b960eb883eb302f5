import { createHash, timingSafeEqual } from "node:crypto";

/** Compares in a time that depends on the lengths alone; texts of different lengths are hashed first, so they cost the same. */
export const timingSafeEqualText = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
};
