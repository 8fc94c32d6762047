import type { Brand } from "./brand.ts";
import { isPlainText } from "./text.ts";

/** The `id` of a client's message, repeated in its answer. */
export type CorrelationId = Brand<string, "CorrelationId">;

/** In bytes of UTF-8. */
export const MAX_CORRELATION_ID_BYTES = 128;

export function parseCorrelationId(value: unknown): CorrelationId | undefined {
  return isPlainText(value, MAX_CORRELATION_ID_BYTES) ? (value as CorrelationId) : undefined;
}
