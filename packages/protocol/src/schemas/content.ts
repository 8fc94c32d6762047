import * as z from "zod/mini";

/** What a publisher may send to clients beside `message` or in its place. */
export const data = z.exactOptional(
  z.unknown().check(z.describe("Any JSON value. It arrives as the bus handed it over, digit by digit.")),
);

/** The first check is JSON Schema's form of the second. */
export const messageOrData = [
  z.meta({ anyOf: [{ required: ["message"] }, { required: ["data"] }] }),
  z.refine<object>((sent) => "message" in sent || "data" in sent),
] as const;
