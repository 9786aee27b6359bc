// The Worker has its time zones from the platform, the native tests theirs from a crate: both
// say of each of these days when it begins. `src/ports/calendar_tests.rs` asks for the same.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { begins } from "../../src/edge/calendar.js";

const cases = JSON.parse(await readFile(new URL("calendar.json", import.meta.url)));

test("a day begins when clocks there first show it", () => {
  for (const [zone, day, expected] of cases) {
    assert.equal(new Date(begins(zone, Date.parse(day) / 86_400_000)).toISOString(), expected, `${zone} ${day}`);
  }
  assert.equal(begins("Europe/Entenhausen", 0), undefined);
});
