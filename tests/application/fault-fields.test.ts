import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import { faultFields } from "../../src/application/fault-fields.ts";
import { MalformedInputError } from "../../src/domain/errors.ts";

const timeout = Object.assign(new Error("took too long"), { name: "TimeoutError", code: "ETIMEDOUT" });

describe("faultFields", () => {
  it.each<[title: string, thrown: unknown, expected: object]>([
    ["an error's name", new TypeError("text"), { errorName: "TypeError" }],
    ["an error's code", timeout, { errorName: "TimeoutError", errorCode: "ETIMEDOUT" }],
    [
      "our own error's code",
      new MalformedInputError("MALFORMED_EVENT"),
      { errorName: "MalformedInputError", errorCode: "MALFORMED_EVENT", reason: "MALFORMED_EVENT" },
    ],
    [
      "an outage's dependency and first cause",
      new DependencyUnavailableError("SIGNING_SECRETS", {
        cause: new DependencyUnavailableError("SIGNING_SECRETS", { cause: timeout }),
      }),
      { dependency: "SIGNING_SECRETS", errorName: "TimeoutError", errorCode: "ETIMEDOUT" },
    ],
    [
      "an outage without a cause",
      new DependencyUnavailableError("CONNECTION_STORE"),
      { dependency: "CONNECTION_STORE" },
    ],
    ["nothing of a thrown text", "Bearer eyJ", {}],
    ["nothing of null", null, {}],
    ["nothing of undefined", undefined, {}],
    ["no name that is not an identifier", Object.assign(new Error(), { name: "not a name: eyJ" }), {}],
    ["no name beyond 64 characters", Object.assign(new Error(), { name: "E".repeat(65) }), {}],
    ["no code that is not a string", Object.assign(new Error(), { name: "Error", code: 5 }), { errorName: "Error" }],
  ])("attack:O3 takes %s", (_title, thrown, expected) => {
    const fields = faultFields(thrown);

    expect(fields).toEqual(expected);
  });
});
