import type { Brand } from "../brand.ts";

/** The number by which a client orders its requests on one connection: whole, from 1 to 2^53-1. */
export type Seq = Brand<number, "Seq">;

export function parseSeq(value: unknown): Seq | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as Seq) : undefined;
}

/** True for a request that comes after one with the same or a greater number. */
export function isStale(seq: Seq | undefined, last: Seq | undefined): boolean {
  return seq !== undefined && last !== undefined && seq <= last;
}
