/** Daraja tells all times in East Africa Time, three hours ahead of UTC all year. */
const aheadMs = 3 * 3_600_000;

const isoInNairobi = (ms: number): string => new Date(ms + aheadMs).toISOString();

/** YYYYMMDDHHMMSS */
export const compactTime = (ms: number): string => isoInNairobi(ms).replace(/\D/g, "").slice(0, 14);

/** YYYY-MM-DD HH:MM:SS, as statements have it. */
export const statementTime = (ms: number): string => isoInNairobi(ms).slice(0, 19).replace("T", " ");

export const statementDay = (ms: number): string => isoInNairobi(ms).slice(0, 10);
