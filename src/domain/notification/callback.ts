import { isPlainText } from "../text.ts";

/** Clients may open it: no `javascript:`, no `data:`, nothing that a log line or a terminal would trip over. */
const CALLBACK = /^https:\/\/[^\s"<>\\^`{|}]+$/;
const MAX_CALLBACK_BYTES = 2048;

export function parseCallback(value: unknown): string | undefined {
  return isPlainText(value, MAX_CALLBACK_BYTES) && CALLBACK.test(value) ? value : undefined;
}
