import { describe, expect, it } from "@jest/globals";
import { AnswerBook } from "./answer-book.js";

const answered = (status: number | string, retryAfterS?: number) => ({ status, retryAfterS });

describe("the book of a phase's answers", () => {
  it("calls good what was accepted soon enough, and nothing else", () => {
    const book = new AnswerBook();
    book.add(answered(201), 0, 100);
    book.add(answered(201), 0, 2_500);
    book.add(answered(503, 1), 0, 5);
    expect([book.intended, book.good, book.goodPerSecond(2)]).toEqual([3, 1, 0.5]);
  });

  it("finds the refusals that do not say when to come again, and the answers that are neither", () => {
    const book = new AnswerBook();
    book.add(answered(503, 1), 0, 5);
    book.add(answered(429), 0, 5);
    book.add(answered("ECONNRESET"), 0, 5);
    book.add(answered(500), 0, 5);
    expect(book.withoutRetryAfter).toBe(1);
    expect(book.strange).toEqual(["ECONNRESET", "500"]);
  });

  it("counts the time until the share is kept and stays kept", () => {
    const book = new AnswerBook();
    const statuses = [503, 201, 503, 201, 201]; // the second good one does not last
    statuses.forEach((status, second) => book.add(answered(status, 1), second * 1_000 + 10, 5));
    expect(book.secondsUntilKept(0.95)).toBe(3);
  });

  it("does not call recovered what ends in refusals", () => {
    const book = new AnswerBook();
    book.add(answered(201), 0, 5);
    book.add(answered(503, 1), 1_000, 5);
    expect(book.secondsUntilKept(0.95)).toBeUndefined();
  });
});
