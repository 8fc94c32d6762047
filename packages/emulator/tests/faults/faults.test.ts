import { describe, expect, it } from "vitest";
import { FaultError, parseFault, parseFaultText } from "../../src/faults/fault.ts";
import { FAULT_KINDS } from "../../src/faults/fault-kinds.ts";
import { Faults } from "../../src/faults/faults.ts";

function strikesOf(faults: Faults, times: number): readonly boolean[] {
  return Array.from({ length: times }, () => faults.strikes("function-failing", "Fn") !== undefined);
}

describe("faults", () => {
  it("are none at first", () => {
    expect(new Faults().strikes("cut", "c")).toBeUndefined();
  });

  it("strike always, unless a rate, a count or a target limits them", () => {
    const faults = new Faults({ seed: 1 });
    faults.set([{ kind: "function-failing", count: 2, function: "Fn" }]);
    expect(faults.strikes("function-failing", "Other")).toBeUndefined();
    expect(faults.strikes("function-slow", "Fn")).toBeUndefined();
    expect(strikesOf(faults, 3)).toEqual([true, true, false]);
    expect(faults.list()).toMatchObject([{ kind: "function-failing", target: "Fn", count: 2, struck: 2 }]);
  });

  it("strike in the same places with the same seed, and in about their share of them", () => {
    const faults = new Faults({ seed: 7 });
    faults.set([{ kind: "function-failing", rate: 0.3 }]);
    const first = strikesOf(faults, 1_000);
    faults.set([{ kind: "function-failing", rate: 0.3 }]);
    expect(strikesOf(faults, 1_000)).toEqual(first);
    faults.set([{ kind: "function-failing", rate: 0.3 }], 8);
    expect(strikesOf(faults, 1_000)).not.toEqual(first);
    const share = first.filter(Boolean).length / 1_000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  it("are reported when they are set and when they strike", () => {
    const seen: unknown[] = [];
    const faults = new Faults({ seed: 7 });
    faults.reportTo((event) => seen.push(event));
    faults.set([{ kind: "connections-api", status: 410, rate: 0.5, connection: "c" }]);
    while (faults.strikes("connections-api", "c") === undefined);
    faults.clear();
    expect(seen).toEqual([
      { kind: "faults-set", seed: 7, faults: ["connections-api,connection=c,status=410,rate=0.5"] },
      { kind: "fault-struck", fault: "connections-api", target: "c" },
      { kind: "faults-set", seed: 7, faults: [] },
    ]);
  });

  it("are reported in the form of flags that give the same faults", () => {
    const texts = ["cut", "connections-api,connection=c,status=410,after,rate=0.5,count=3", "clock-wrong,by=-3600000"];
    const seen: unknown[] = [];
    const faults = new Faults({ seed: 7 });
    for (const text of texts) faults.add(text);
    faults.reportTo((event) => seen.push(event));
    expect(seen).toEqual([{ kind: "faults-set", seed: 7, faults: texts }]);
  });

  it("change nothing if one of them is wrong", () => {
    const faults = new Faults({ seed: 7 });
    faults.set([{ kind: "cut" }]);
    expect(() => faults.set([{ kind: "half-open" }, { kind: "none" }], 8)).toThrow(FaultError);
    expect([faults.seed, faults.list().map(({ kind }) => kind)]).toEqual([7, ["cut"]]);
  });

  it("are a hundred at most, since each frame asks all of them", () => {
    const faults = new Faults();
    faults.set(Array.from({ length: 100 }, () => ({ kind: "cut" as const })));
    expect(() => faults.add("cut")).toThrow(FaultError);
    expect(() => faults.set(Array.from({ length: 101 }, () => ({ kind: "cut" as const })))).toThrow(FaultError);
    expect(faults.list()).toHaveLength(100);
  });

  it.each([{ rate: 0.5 }, { count: 1 }])("that hold all the time have no limit: %o", (limit) => {
    const set = () => new Faults().set([{ kind: "clock-wrong", ...limit }]);
    expect(set).toThrow("clock-wrong takes only function, by");
  });

  it.each(["a\u001b[2J", "two words", "x".repeat(513)])("concern no name that cannot be one: %o", (connection) => {
    expect(() => new Faults().set([{ kind: "cut", connection }])).toThrow("cut: connection is a name");
  });

  it("have kinds of the program's own", () => {
    const faults = new Faults({ kinds: { "store-throttled": { effect: "the store refuses" } } });
    faults.add("store-throttled,count=1");
    expect([faults.strikes("store-throttled"), faults.strikes("store-throttled")]).toMatchObject([
      { count: 1 },
      undefined,
    ]);
  });
});

describe("a fault in a flag", () => {
  it.each([
    ["cut", { kind: "cut", rate: 1, count: Number.POSITIVE_INFINITY, settings: {} }],
    [
      "connections-api,status=429,after,rate=0.25,count=3",
      { rate: 0.25, count: 3, settings: { status: 429, after: 1 } },
    ],
    ["connections-api", { settings: { status: 500, after: 0 } }],
    ["function-slow,by=1m30s,function=Fn", { target: "Fn", settings: { by: 90_000 } }],
    ["clock-wrong,by=-1h", { settings: { by: -3_600_000 } }],
    ["message-late,by=250", { settings: { by: 250 } }],
  ])("%s", (text, expected) => {
    expect(parseFaultText(text, FAULT_KINDS)).toMatchObject(expected);
  });

  it.each([
    "",
    "nothing",
    "constructor",
    "cut,rate=0",
    "cut,rate=1.5",
    "cut,rate=x",
    "cut,count=0",
    "cut,count=1.5",
    "cut,by=2s",
    "cut,function=Fn",
    "connections-api,status=200",
    "connections-api,status=x",
    "connections-api,after=3",
    "function-slow,by=soon",
    "function-slow,by=-1s",
    "function-slow,function=",
  ])("refuses %j in one line, and repeats no value", (text) => {
    expect(() => parseFaultText(text, FAULT_KINDS)).toThrow(FaultError);
    expect(() => parseFaultText(`${text},secret=planted-value`, FAULT_KINDS)).toThrow(/^(?!.*planted-value)[^\n]+$/);
  });

  it.each([null, [], "cut", 1, {}, { kind: 1 }])("refuses %j in place of a fault", (value) => {
    expect(() => parseFault(value, FAULT_KINDS)).toThrow(FaultError);
  });
});
