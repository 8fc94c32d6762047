import { types } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shiftDate } from "../../src/lambda/shifted-date.ts";

const HOUR = 3_600_000;
const RealDate = Date;
const realNow = Date.now;

let offset = 0;
let undo: () => void;

beforeEach(() => {
  offset = 2 * HOUR;
  undo = shiftDate(() => realNow() + offset);
});

afterEach(() => undo());

/** How far a time is from the shifted one. The test itself takes a moment. */
const difference = (millis: number) => Math.abs(millis - realNow() - offset);

function constructed(): number {
  const date = new Date();
  return date.getTime();
}

describe("a shifted Date", () => {
  it("tells the shifted time wherever it reads the clock", () => {
    expect(difference(Date.now())).toBeLessThan(1_000);
    expect(difference(constructed())).toBeLessThan(1_000);
    expect(difference(RealDate.parse(Date()))).toBeLessThan(2_000);
    const construct: new (...args: never[]) => Date = Date;
    expect(difference(Reflect.construct(construct, []).getTime())).toBeLessThan(1_000);
  });

  it("follows an offset that changes", () => {
    offset = -HOUR;
    expect(difference(Date.now())).toBeLessThan(1_000);
    expect(difference(constructed())).toBeLessThan(1_000);
  });

  it("adds nothing to a time that is given", () => {
    expect(new Date(0).getTime()).toBe(0);
    expect(new Date(undefined as never).getTime()).toBeNaN();
    expect(new Date("2026-11-22T12:00:00Z").toISOString()).toBe("2026-11-22T12:00:00.000Z");
    expect(new Date(2026, 10, 22, 12).getHours()).toBe(12);
    expect(Date.UTC(2026, 0)).toBe(RealDate.UTC(2026, 0));
    expect(Date.parse("1970-01-01T00:00:01Z")).toBe(1_000);
  });

  it("is the real one for all that asks what it is", () => {
    expect([Date.name, Date.length, Date.now.name, Date.now.length]).toEqual(["Date", 7, "now", 0]);
    expect(Date.prototype).toBe(RealDate.prototype);
    expect(Object.getOwnPropertyNames(Date)).toEqual(Object.getOwnPropertyNames(RealDate));
    expect(Object.getOwnPropertyDescriptor(Date, "now")).toMatchObject({ enumerable: false, writable: true });
    expect(Object.keys(Date.prototype)).toEqual([]);
    const date = new Date();
    expect(date).toBeInstanceOf(Date);
    expect(date).toBeInstanceOf(RealDate);
    expect(new RealDate(0)).toBeInstanceOf(Date);
    expect([date.constructor, types.isDate(date)]).toEqual([Date, true]);
    expect(structuredClone(date)).toEqual(date);
    expect(typeof Date()).toBe("string");
  });

  it("has subclasses that read the shifted time", () => {
    class Deadline extends Date {
      left(): number {
        return this.getTime() - Date.now();
      }
    }
    expect(difference(new Deadline().getTime())).toBeLessThan(1_000);
    expect(new Deadline(5)).toBeInstanceOf(Deadline);
    expect(new Deadline(Date.now() + HOUR).left()).toBeGreaterThan(HOUR - 1_000);
  });

  it("can be replaced by a fake of the code that it runs in", () => {
    const shifted = Date.now;
    Date.now = () => 7;
    expect(Date.now()).toBe(7);
    Date.now = shifted;
  });

  it("is undone", () => {
    undo();
    expect([Date, Date.now, Date.prototype.constructor]).toEqual([RealDate, realNow, RealDate]);
    expect(Math.abs(Date.now() - realNow())).toBeLessThan(1_000);
  });
});
