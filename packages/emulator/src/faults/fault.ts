import { parseDuration } from "../clock/duration.ts";
import { isPlainObject } from "../json.ts";
import type { FaultKind, FaultKinds, FaultSetting } from "./fault-kinds.ts";

/** A fault with all defaults filled in. */
export type Fault = {
  readonly kind: string;
  readonly rate: number;
  /** Infinity if there is no limit. */
  readonly count: number;
  /** The name of the one function, queue, connection or secret that it concerns. Absent: all. */
  readonly target?: string;
  /** Settings by name: durations in milliseconds, flags as 0 or 1. */
  readonly settings: Readonly<Record<string, number>>;
};

/** A fault that does not exist, or a setting that it does not take. The message is one line and repeats no value. */
export class FaultError extends Error {
  override readonly name = "FaultError";
}

/** Reads a fault of JSON. Throws FaultError. */
export function parseFault(value: unknown, kinds: FaultKinds): Fault {
  if (!isPlainObject(value)) throw new FaultError("a fault is an object with a kind");
  const { kind, rate = 1, count, ...rest } = value;
  const found = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (typeof kind !== "string" || found === undefined) {
    throw new FaultError(`the kind of a fault is one of ${Object.keys(kinds).join(", ")}`);
  }
  if (typeof rate !== "number" || !(rate > 0 && rate <= 1))
    throw new FaultError(`${kind}: rate is above 0 and at most 1`);
  if (count !== undefined && !(Number.isSafeInteger(count) && (count as number) >= 1)) {
    throw new FaultError(`${kind}: count is a whole number from 1`);
  }
  const isLimited = value["rate"] !== undefined || count !== undefined;
  const unknown = Object.keys(rest).find((name) => name !== found.target && !Object.hasOwn(found.settings ?? {}, name));
  if ((isLimited && found.holds === true) || unknown !== undefined)
    throw new FaultError(`${kind} takes only ${namesOf(found).join(", ")}`);
  return {
    kind,
    rate,
    count: (count as number | undefined) ?? Number.POSITIVE_INFINITY,
    ...readTarget(kind, found, rest),
    settings: Object.fromEntries(
      Object.entries(found.settings ?? {}).map(([name, setting]) => [
        name,
        readSetting(`${kind}: ${name}`, setting, rest[name]),
      ]),
    ),
  };
}

/** Reads a fault of a flag: `connections-api,status=410,rate=0.1`. Throws FaultError. */
export function parseFaultText(text: string, kinds: FaultKinds): Fault {
  const [kind, ...members] = text.split(",");
  const entries = members.map((member): [string, unknown] => {
    const [name = "", value] = member.split(/=(.*)/s);
    return [name, value === undefined ? true : asJson(value)];
  });
  return parseFault({ ...Object.fromEntries(entries), kind }, kinds);
}

function asJson(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text === "true" ? true : text === "false" ? false : text;
}

function namesOf({ target, settings = {}, holds = false }: FaultKind): readonly string[] {
  return [...(holds ? [] : ["rate", "count"]), ...(target === undefined ? [] : [target]), ...Object.keys(settings)];
}

/** Any name of a function, queue, connection or secret. It is printed. */
const NAME = /^[\x21-\x7e]{1,512}$/;

function readTarget(kind: string, { target }: FaultKind, rest: Readonly<Record<string, unknown>>): { target?: string } {
  const name = target === undefined ? undefined : rest[target];
  if (name === undefined) return {};
  if (typeof name !== "string" || !NAME.test(name)) throw new FaultError(`${kind}: ${target} is a name`);
  return { target: name };
}

function readSetting(name: string, setting: FaultSetting, value: unknown): number {
  switch (setting.type) {
    case "flag":
      if (value === undefined || typeof value === "boolean") return Number(value === true);
      throw new FaultError(`${name} is true or false`);
    case "integer":
      return readInteger(name, setting, value ?? setting.default);
    case "duration":
      return readDuration(name, value ?? setting.default);
    case "signed-duration":
      if (typeof value === "string" && value.startsWith("-")) return -readDuration(name, value.slice(1));
      if (typeof value === "number" && value < 0) return -readDuration(name, -value);
      return readDuration(name, value ?? setting.default);
  }
}

function readInteger(
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
  value: unknown,
): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new FaultError(`${name} is a whole number from ${min} to ${max}`);
}

function readDuration(name: string, value: unknown): number {
  const millis = typeof value === "number" ? parseDuration(`${value}ms`) : parseDuration(String(value));
  if (millis === undefined) throw new FaultError(`${name} is a duration such as 500ms, 2s or 1h30m`);
  return millis;
}
