import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8 * 1024;

let pool = Buffer.alloc(0);

/** Random bytes for ids. They are drawn in pools: one draw costs as much as fifty ids. */
export function randomPart(bytes: number): Buffer {
  // A part is a view of its pool, so a pool is never filled twice.
  if (pool.length < bytes) pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
  const part = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  return part;
}
