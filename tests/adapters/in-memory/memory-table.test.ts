import { describe, expect, it } from "vitest";
import { MemoryTable } from "../../../src/adapters/in-memory/memory-table.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { NOW } from "../../support/a-connection.ts";

type Value = { readonly name: string; readonly expiresAt: EpochSeconds };

const values = (seconds: number, name = "a"): Value => ({ name, expiresAt: addSeconds(NOW, seconds) });

describe("a table in memory", () => {
  it("keeps only live items, and those that expired within the last minute", () => {
    const table = new MemoryTable<Value>(({ name }) => name);

    for (let second = 0; second < 10_000; second += 1) {
      const now = addSeconds(NOW, second);
      table.find(`key-${second}`, now);
      table.put(`key-${second}`, { name: `user-${second}`, expiresAt: addSeconds(now, 10) });
    }

    expect(table.size).toBeLessThanOrEqual(71);
  });

  it("holds a key once, in the partition of its latest value", () => {
    const table = new MemoryTable<Value>(({ name }) => name);
    table.put("key", values(10, "a"));
    table.put("key", values(10, "b"));

    expect(table.page("a", NOW, 10, undefined)).toEqual({ items: [] });
    expect(table.page("b", NOW, 10, undefined)).toEqual({ items: [values(10, "b")] });
  });

  it("shows an item once over all pages, which is replaced between them", () => {
    const table = new MemoryTable<Value>(() => "all");
    for (const key of ["one", "two", "three"]) table.replace(key, values(10, key));
    const first = table.page("all", NOW, 2, undefined);

    table.replace("one", values(20, "one"));

    expect(table.page("all", NOW, 2, first.next)).toEqual({ items: [values(10, "three")] });
    expect(table.find("one", NOW)).toEqual(values(20, "one"));
  });

  it("moves an item that is replaced by one of another partition", () => {
    const table = new MemoryTable<Value>(({ name }) => name);
    table.put("key", values(10, "a"));

    table.replace("key", values(10, "b"));

    expect(table.page("a", NOW, 10, undefined)).toEqual({ items: [] });
    expect(table.page("b", NOW, 10, undefined)).toEqual({ items: [values(10, "b")] });
  });

  it("shows an item without a partition on no page", () => {
    const table = new MemoryTable<Value>(() => undefined);
    table.put("key", values(10));

    expect(table.find("key", NOW)).toEqual(values(10));
    expect(table.page("undefined", NOW, 10, undefined)).toEqual({ items: [] });
  });

  it("fault:M11 revives no removed item when the clock goes back", () => {
    const table = new MemoryTable<Value>(({ name }) => name);
    table.put("key", values(10));
    table.find("another", addSeconds(NOW, 100));

    expect(table.find("key", NOW)).toBeUndefined();
  });
});
