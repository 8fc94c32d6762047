import { describe, expect, it } from "vitest";
import { parseCorrelationId } from "../../src/domain/correlation-id.ts";

describe("parseCorrelationId", () => {
  it.each(["7", "ü".repeat(64), "a b"])("takes %j", (id) => {
    expect(parseCorrelationId(id)).toBe(id);
  });

  it.each([7, null, "", " ", "ü".repeat(65), "a\n", "\ud800"])("takes no %j", (id) => {
    expect(parseCorrelationId(id)).toBeUndefined();
  });
});
