import { randomPart } from "../random-pool.ts";

/** The value of `X-Amzn-Trace-Id` for a new request: its second, and a random part. */
export function newTraceId(now: number): string {
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${randomPart(12).toString("hex")}`;
}
