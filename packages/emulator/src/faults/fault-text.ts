import type { Fault } from "./fault.ts";
import type { FaultKinds } from "./fault-kinds.ts";

/** The members of a fault as JSON and flags have them, beside its kind: durations in milliseconds, limits only if set. */
export function faultMembers(fault: Fault, kinds: FaultKinds): Readonly<Record<string, string | number | boolean>> {
  const { kind, rate, count, target, settings } = fault;
  const { target: targetName = "target", settings: types = {} } = kinds[kind] ?? {};
  const given = Object.entries(settings).map(([name, value]) => {
    return [name, types[name]?.type === "flag" ? value === 1 : value] as const;
  });
  return {
    ...(target !== undefined && { [targetName]: target }),
    ...Object.fromEntries(given.filter(([, value]) => value !== false)),
    ...(rate < 1 && { rate }),
    ...(Number.isFinite(count) && { count }),
  };
}

/** A fault in the form of a flag. */
export function faultText(fault: Fault, kinds: FaultKinds): string {
  const members = Object.entries(faultMembers(fault, kinds));
  return [fault.kind, ...members.map(([name, value]) => (value === true ? name : `${name}=${value}`))].join(",");
}
