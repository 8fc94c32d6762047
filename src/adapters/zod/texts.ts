import * as z from "zod/mini";
import { MAX_CORRELATION_ID_BYTES, parseCorrelationId } from "../../domain/correlation-id.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { parseCallback } from "../../domain/notification/notification.ts";
import { parseEntityId } from "../../domain/subscription/subscription.ts";

/** A text that a parser of the domain accepts: the rule stays there, and its brand comes out. */
function parsedBy<T>(text: z.ZodMiniString, parse: (value: string) => T | undefined) {
  return z.pipe(
    text,
    z.transform((value: string, context) => {
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      context.issues.push({ code: "custom", input: undefined });
      return z.NEVER;
    }),
  );
}

export const entityId = parsedBy(
  z.string().check(z.minLength(1), z.maxLength(256), z.describe("At most 256 bytes of UTF-8, no control characters.")),
  parseEntityId,
);

export const userId = parsedBy(
  z.string().check(z.regex(/^[A-Za-z0-9_.@+=,|:~-]{1,128}$/), z.describe("The user id that tokens carry.")),
  parseUserId,
);

export const callback = parsedBy(
  z.string().check(z.maxLength(2048), z.regex(/^https:/), z.describe("An https address that clients may open.")),
  parseCallback,
);

export const correlationId = parsedBy(
  z
    .string()
    .check(z.minLength(1), z.maxLength(MAX_CORRELATION_ID_BYTES), z.describe("Chosen by the client and echoed.")),
  parseCorrelationId,
);
