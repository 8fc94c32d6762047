import { describe, expect, it } from "vitest";
import { DEFAULT_GRANTS_EXPECTED } from "../../../src/domain/grants/default-grants.ts";
import { readDefaultGrants } from "../../../src/entrypoints/composition/default-grants-setting.ts";
import { type Environment, Settings } from "../../../src/entrypoints/composition/settings.ts";
import { SECRET_TEXT } from "../../support/good-token.ts";

const RANGE = { min: 1, max: 60, fallback: 5 };

function problemsOf(environment: Environment, read: (settings: Settings) => unknown): readonly string[] {
  const settings = new Settings(environment);
  read(settings);
  try {
    settings.finish();
    return [];
  } catch (error) {
    return (error as { readonly problems: readonly string[] }).problems;
  }
}

describe("settings", () => {
  it("are read if they are valid", () => {
    const settings = new Settings({
      NAME: "table",
      STORE: "memory",
      SECONDS: "7",
    });
    expect(settings.text("NAME")).toBe("table");
    expect(settings.oneOf("STORE", ["memory", "dynamodb"])).toBe("memory");
    expect(settings.wholeNumber("SECONDS", RANGE)).toBe(7);
    settings.finish();
  });

  it("fall back only if there is a default", () => {
    const settings = new Settings({});
    expect(settings.oneOf("LEVEL", ["info", "error"], "info")).toBe("info");
    expect(settings.wholeNumber("SECONDS", RANGE)).toBe(5);
    settings.finish();
  });

  it("fault:K13 are all named in one error, and none of their values", () => {
    const environment = { EMPTY: " ", STORE: "s3cret", SECONDS: "7 s", RANGE: "61", SIGNED: "-1", EXPONENT: "1e1" };
    const problems = problemsOf(environment, (settings) => {
      settings.text("MISSING");
      settings.text("EMPTY");
      settings.oneOf("STORE", ["memory", "dynamodb"]);
      for (const name of ["SECONDS", "RANGE", "SIGNED", "EXPONENT"]) settings.wholeNumber(name, RANGE);
    });
    expect(problems).toEqual([
      "MISSING must be set",
      "EMPTY must be set",
      "STORE must be one of memory, dynamodb",
      ...["SECONDS", "RANGE", "SIGNED", "EXPONENT"].map((name) => `${name} must be a whole number from 1 to 60`),
    ]);
    expect(problems.join()).not.toContain("s3cret");
  });

  it("accept a valid signing secret, and never show it", () => {
    const secret = new Settings({ SECRET: SECRET_TEXT }).signingSecret("SECRET");

    expect(secret.reveal()).toBe(SECRET_TEXT);
  });

  it.each([
    ["fault:K10 one of 31 characters", SECRET_TEXT.slice(0, 31), "must be 32 characters or more"],
    ["fault:K10 32 NULs", "\0".repeat(32), "must be printable ASCII without blanks"],
    [
      "fault:K12 one character",
      "k".repeat(32),
      "must have 8 different characters or more, and repeat no text of 16 or fewer",
    ],
    [
      "fault:K8 a PEM",
      `-----BEGIN PUBLIC KEY-----\n${SECRET_TEXT}`,
      "must be no public key, certificate, token or URL",
    ],
  ])("refuse as a signing secret %s, without its value", (_row, value, rule) => {
    const problems = problemsOf({ SECRET: value }, (settings) => settings.signingSecret("SECRET"));

    expect(problems).toEqual([`SECRET ${rule}`]);
  });

  it("name a missing signing secret once", () => {
    expect(problemsOf({}, (settings) => settings.signingSecret("SECRET"))).toEqual(["SECRET must be set"]);
  });
});

describe("the default grants", () => {
  it.each<readonly [text: string, grants: readonly object[]]>([
    ["none", []],
    ["subscribe:*", [{ verb: "subscribe", pattern: "*" }]],
    [
      "subscribe:user/{userId}/*,subscribe:news",
      [
        { verb: "subscribe", pattern: "user/{userId}/*" },
        { verb: "subscribe", pattern: "news" },
      ],
    ],
  ])("are read from %s", (DEFAULT_GRANTS, grants) => {
    const settings = new Settings({ DEFAULT_GRANTS });

    expect(readDefaultGrants(settings)).toEqual(grants);
    settings.finish();
  });

  it.each([undefined, "", " ", "subscribe:{userId}-*", "subscribe:{userId}*", "subscribe:a; subscribe:b", "None"])(
    "fault:K13 have no default, and are refused by name: %j",
    (DEFAULT_GRANTS) => {
      expect(problemsOf({ DEFAULT_GRANTS }, readDefaultGrants)).toEqual([`DEFAULT_GRANTS ${DEFAULT_GRANTS_EXPECTED}`]);
    },
  );
});
