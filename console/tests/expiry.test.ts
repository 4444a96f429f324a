import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, hasEnded, lifeLeft, NEVER } from "../src/pages/keys/expiry.ts";

const NOW = new Date("2026-11-28T12:00:00Z");

function after(days: number): string {
  return new Date(NOW.getTime() + days * 86_400_000).toISOString();
}

test("a key ends after the chosen days, or a hundred years", () => {
  assert.equal(endOf("90", NOW), "2027-02-26T12:00:00.000Z");
  assert.equal(endOf("365", NOW), "2027-11-28T12:00:00.000Z");
  assert.equal(endOf(NEVER, NOW), "2126-11-28T12:00:00.000Z");
});

test("what is left is said in the unit that fits", () => {
  const said: [number, string][] = [
    [-1, "Expired"],
    [0, "Expired"],
    [0.5, "In less than a day"],
    [1, "In 1 day"],
    [15, "In 15 days"],
    [60, "In 60 days"],
    [90, "In 3 months"],
    [365, "In 12 months"],
    [731, "In 2 years"],
    [3652, "In 10 years"],
    [3653, "Never"],
    [36500, "Never"],
  ];
  for (const [days, text] of said) assert.equal(lifeLeft(after(days), NOW), text, `${days} days`);
});

test("a key has ended at its very end", () => {
  assert.equal(hasEnded(after(0), NOW), true);
  assert.equal(hasEnded(after(0.001), NOW), false);
});
