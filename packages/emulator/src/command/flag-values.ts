import { Clock } from "../clock/clock.ts";
import { CLOCK_FORMS, parseClockOptions } from "../clock/clock-options.ts";
import { isListeningKey } from "../http/other-machines.ts";
import { UsageError } from "./flags.ts";

// Each function throws UsageError. `source` is the flag or the variable that the text comes from.

export function parsePort(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError(`${source} must be a whole number from 1 to 65535`);
  return port;
}

export function parseHost(text: string, source: string): string {
  if (/^(?:[A-Za-z0-9.-]{1,253}|[0-9a-fA-F:.]{2,45})$/.test(text)) return text;
  throw new UsageError(`${source} must be an address or a name, without a port`);
}

export function parseKey(text: string, source: string): string {
  if (isListeningKey(text)) return text;
  throw new UsageError(`${source} must be 16 to 128 letters, digits, hyphens and underscores`);
}

export function parseClock(text: string, source: string): Clock {
  const options = parseClockOptions(text, Date.now());
  if (options === undefined) throw new UsageError(`${source} must be ${CLOCK_FORMS}`);
  return new Clock(options);
}

export function parseFaultSeed(text: string, source: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`${source} must be a whole number of at most 10 digits`);
}

/** A parameter of a template, as `Name=Value`. */
export function parseParameter(text: string, source: string): readonly [name: string, value: string] {
  const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`${source} must be Name=Value`);
  return [name, value];
}
