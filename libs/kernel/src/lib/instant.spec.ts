import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatInstant, instant, later, parseInstant, plus } from "./instant.js";

describe("an instant", () => {
  it.each([
    ["2026-04-15T10:40:00Z", "2026-04-15T10:40:00.000Z"],
    ["2026-04-15T10:40:00.1239Z", "2026-04-15T10:40:00.123Z"],
    ["2026-04-15T12:40:00+02:00", "2026-04-15T10:40:00.000Z"],
    ["2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("is read from %s", (text, utc) => expect(formatInstant(parseInstant(text))).toBe(utc));

  it.each([
    "",
    "now",
    "2026-04-15",
    "2026-04-15T10:40:00",
    "2026-04-15 10:40:00Z",
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00+02:00",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-04-00T00:00:00Z",
    "2026-04-15T24:00:00Z",
    "2026-04-15T10:60:00Z",
    "2026-04-15T10:40:60Z",
    "2026-04-15T10:40:00+2:00",
    "2026-04-15T10:40:00Z ",
    "Wed, 15 Apr 2026 10:40:00 GMT",
    "1776249600000",
  ])("is not read from %j", (text) => expect(() => parseInstant(text)).toThrow(RangeError));

  it("is the same after writing and reading", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (milliseconds) => {
        expect(parseInstant(formatInstant(instant(milliseconds)))).toBe(milliseconds);
      }),
    ));

  it("moves on, and compares", () => {
    expect(plus(instant(1), 2)).toBe(3);
    expect(later(instant(1), instant(2))).toBe(2);
    expect(later(instant(2), instant(1))).toBe(2);
  });
});
