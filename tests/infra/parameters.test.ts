import { ParameterError } from "@portcullis/emulator";
import { parseTemplate, readFunctions, Stack } from "@portcullis/emulator/template";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  localAccount,
  projectTemplate,
  replaced,
  TEMPLATE,
  WITHOUT_DEFAULT,
} from "../../packages/emulator/tests/support/project-template.ts";
import { parseDefaultGrants } from "../../src/domain/grants/default-grants.ts";
import { parseUserId } from "../../src/domain/identity/identity.ts";
import { authorization } from "../../src/entrypoints/composition/modules/authorization.ts";
import { checking } from "../../src/entrypoints/composition/modules/checking.ts";
import { connections } from "../../src/entrypoints/composition/modules/connections.ts";
import { delivery } from "../../src/entrypoints/composition/modules/delivery.ts";
import { opening } from "../../src/entrypoints/composition/modules/opening.ts";
import { platform } from "../../src/entrypoints/composition/modules/platform.ts";
import { rotation } from "../../src/entrypoints/composition/modules/rotation.ts";
import { signingSecrets } from "../../src/entrypoints/composition/modules/signing-secrets/secrets-manager.ts";
import { stores } from "../../src/entrypoints/composition/modules/stores/dynamodb.ts";
import { subscribing, unsubscribing } from "../../src/entrypoints/composition/modules/subscriptions.ts";
import { testTokens } from "../../src/entrypoints/composition/modules/test-tokens.ts";
import { ConfigurationError, Settings } from "../../src/entrypoints/composition/settings.ts";
import { anyNearMiss } from "../support/any-near-miss.ts";

const modules = [
  ...[authorization, checking, connections, delivery, opening, platform, rotation, signingSecrets, stores],
  ...[subscribing, testTokens, unsubscribing],
];

/** Lambda developer guide, "Defined runtime environment variables". */
const ADDED_BY_LAMBDA = { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "ROLEKEY", AWS_SECRET_ACCESS_KEY: "planted" };

const CUSTOM_DOMAIN = { DeployCustomDomain: "true", DomainName: "ws.example.com", HostedZoneId: "Z0123456789ABC" };

type Values = Readonly<Record<string, string>>;

const root = parseTemplate(TEMPLATE, projectTemplate());
const declared = new Stack(root, {}, localAccount(), WITHOUT_DEFAULT).section("Parameters");

/** The template's error for these values; undefined if it accepts them. */
function refusal(values: Values, template = root): string | undefined {
  try {
    new Stack(template, values, localAccount(), WITHOUT_DEFAULT);
    return undefined;
  } catch (error) {
    if (error instanceof ParameterError) return error.message;
    throw error;
  }
}

/** The functions' errors for the environment of these values. */
function problems(values: Values, template = root): readonly string[] {
  const functions = readFunctions(new Stack(template, values, localAccount(), WITHOUT_DEFAULT));
  const settings = new Settings(Object.assign({}, ADDED_BY_LAMBDA, ...functions.map((fn) => fn.environment)));
  try {
    const mints = values["MintTestTokens"] === "true";
    for (const module of modules) if (mints || module !== testTokens) module.settings?.(settings);
    settings.finish();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** Values that an operator intends, and values entered by mistake. */
const VALUES: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>> = {
  StageName: { good: ["dev", "live-2"], bad: ["", "$default", "a/b", "x".repeat(129)] },
  FunctionNamePrefix: { good: ["", "staging-"], bad: ["a b", "x".repeat(41)] },
  AlarmEmail: {
    good: ["", "ops@example.com", "on.call+ws@mail.example.co.uk"],
    bad: ["ops", "ops@example", "a@example.com,b@example.com", "Ops <ops@example.com>"],
  },
  SecretRotationDays: { good: ["1", "30", "1000"], bad: ["0", "1.5", "1001", ""] },
  TokenIssuer: { good: ["portcullis", "https://issuer.example/", "My Company"], bad: ["", " ", " portcullis"] },
  TokenAudience: { good: ["portcullis", "api://0a-1b"], bad: ["", "   ", "portcullis\n"] },
  TokenAlgorithms: {
    good: ["", "HS256", "HS384", "HS512"],
    bad: ["hs256", "none", "HS256,HS384", "HS256,RS256", "RS256,", "RS256;RS384", "EdDSA,ES256", " RS256"],
  },
  JwksUrl: {
    good: [
      "",
      "https://issuer.example/.well-known/jwks.json",
      "https://issuer.example:8443/keys?p=a",
      "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    ],
    bad: [
      "http://issuer.example/jwks.json",
      "https://issuer.example",
      "https://user@issuer.example/jwks.json",
      "https://issuer.example/jwks.json#keys",
      "https://issuer.example/{tenant}/jwks.json",
      "https://{tenant}.issuer.example/jwks.json",
      "https://issuer.example/jwks json",
      "file:///etc/passwd",
      "issuer.example/jwks.json",
    ],
  },
  UserIdClaim: { good: [""], bad: ["user id", "é", "x".repeat(129)] },
  FirstNameClaim: { good: [""], bad: ["first name", "x".repeat(129)] },
  LastNameClaim: { good: [""], bad: ["last name", "x".repeat(129)] },
  PermissionsClaim: {
    good: ["", "scope", "https://portcullis.example/permissions"],
    bad: ["my scope", "é", "x".repeat(129)],
  },
  DefaultGrants: {
    good: ["none", "subscribe:*", "subscribe:user/{userId}/*,subscribe:news-*", "subscribe:inbox-{userId}"],
    bad: [
      "",
      " ",
      "*",
      "NONE",
      "none,subscribe:*",
      "subscribe:",
      "subscribe:*-a",
      "subscribe:a,",
      "subscribe:a, subscribe:b",
      "publish:a",
      "subscribe:{userId}-*",
      "subscribe:{userId}*",
      "subscribe:{user}",
      "subscribe:é",
      `subscribe:${"x".repeat(257)}`,
    ],
  },
  TokenLeewaySeconds: { good: ["0", "5", "59", "60"], bad: ["61", "-1", "0.5", "5s", ""] },
  TokenMaxLifetimeSeconds: {
    good: ["60", "99", "100", "99999", "599999", "603999", "604799", "604800"],
    bad: ["59", "604801", "604900", "605000", "700000", "1000000", "3600.5", "1e3"],
  },
  AllowedOrigins: {
    good: [
      "*",
      "https://app.example.com",
      "https://app.example.com,http://localhost:5173, https://b.example:8443",
      "capacitor://localhost",
      "ionic://localhost,file://",
      "http://[::1]:8080",
      "https://*.preview.example.com,https://pr-*.example.com",
      "https://a.*.b.example.com:8443",
    ],
    bad: [
      "app.example.com",
      "https://app.example.com/",
      "https://App.example.com",
      "https://app.example.com:443",
      "http://app.example.com:80,https://b.example",
      "https://*.com",
      "https://*",
      "https://example.*",
      "https://*.*.example.com",
      "https://**.example.com",
      "*://app.example.com",
      "https://app.example.com:*",
      "http://*.0.0.1",
      "null",
      "*,https://app.example.com",
      ",https://app.example.com",
      "https://app.example.com,",
      "",
      " ",
    ],
  },
  EventBusName: {
    good: ["default", "orders/eu"],
    bad: ["", "arn:aws:events:eu-west-1:123456789012:event-bus/a", "a b"],
  },
  EventSources: { good: ["CLI", "CLI,orders"], bad: ["", "CLI,,orders", "aws.ec2", "CLI,aws.s3"] },
  EventSourcePrefix: { good: ["portcullis.", "aws-like"], bad: ["", "ab", "aws", "aws.", "aws.ec2"] },
  DomainName: {
    good: ["", "ws.example.com", "a-b.xn--p1ai"],
    bad: [
      "https://ws.example.com",
      "ws.example.com/",
      "WS.example.com",
      "localhost",
      "ws..example.com",
      "*.example.com",
    ],
  },
  HostedZoneId: { good: ["", "Z0123456789ABCDEFGHIJ"], bad: ["example.com", "/hostedzone/Z0123456789ABC", "z012"] },
  CertificateArn: {
    good: ["", "arn:aws-cn:acm:cn-north-1:123456789012:certificate/0f8f9a44-0000-4000-8000-000000000001"],
    bad: ["ws.example.com", "arn:aws:iam::123456789012:server-certificate/ws"],
  },
  ApiMappingKey: { good: ["", "chat", "v1.2"], bad: ["/chat", "chat/", "a/b", "..", ".", "a b"] },
  PermissionsBoundary: {
    good: ["", "arn:aws:iam::123456789012:policy/teams/boundary", "arn:aws:iam::aws:policy/PowerUserAccess"],
    bad: ["boundary", "arn:aws:iam::123456789012:role/boundary"],
  },
  ReplayPrincipals: {
    good: ["", "arn:aws:iam::123456789012:role/operators,arn:aws:iam::123456789012:user/ann"],
    bad: ["operators", "arn:aws:sts::123456789012:assumed-role/operators/ann", "*"],
  },
  ThrottlingRateLimit: { good: ["1", "500", "10000"], bad: ["0", "0.5", "-1", "1e3"] },
  ThrottlingBurstLimit: { good: ["1", "5000"], bad: ["0", "1.5", ""] },
  CheckConcurrency: { good: ["1", "5", "1000"], bad: ["0", "1001", "", "1.5"] },
  ConnectionLimit: { good: ["0", "1", "50", "1000"], bad: ["-1", "1001", "1.5", "", "none"] },
  PingAfterSeconds: {
    good: ["30", "99", "100", "240", "499", "539", "540"],
    bad: ["29", "541", "600", "", "1e2", "45.5"],
  },
  SubscriptionLimit: { good: ["1", "100", "1000"], bad: ["0", "1001", "1.5", "1e2", "١", "007", " 1"] },
  ReservedConcurrency: { good: ["0", "20"], bad: ["-1", "1.5", "00"] },
  TableName: { good: ["", "connections"], bad: ["ab", "a b c", "x".repeat(256)] },
  GSI1Name: { good: ["GSI1", "by-user"], bad: ["", "ab", "a/b/c"] },
};

/** Values of other parameters, with which an issuer of its own keys is configured. */
const PROVIDER = { JwksUrl: "https://issuer.example/jwks.json", IdentityClaims: "oidc" };

/** Parameters whose rules have their own tests. */
const ELSEWHERE = ["JwtSecret"];

const patterned = declared.names.filter((name) => declared.section(name).has("AllowedPattern"));

/** No function refuses a value that the template accepts. */
function isTied(parameter: string, template = root) {
  const { good } = VALUES[parameter] ?? { good: [""] };
  return fc.property(anyNearMiss(good), fc.constantFrom({}, CUSTOM_DOMAIN, PROVIDER), (value, others) => {
    const values = { ...others, [parameter]: value };
    fc.pre(refusal(values, template) === undefined);
    expect(problems(values, template)).toEqual([]);
  });
}

const anyAscii = fc.integer({ min: 0x20, max: 0x7f }).map((code) => String.fromCharCode(code));

/** Lists of grants, most of them almost good. */
function anyDefaultGrants(examples: readonly string[]) {
  const part = fc.oneof(
    fc.constantFrom("{userId}", "{userId}", "*", "**", "a", "-", "user/", "{", "}", ":", "é", " ", "x".repeat(250)),
    anyAscii,
    anyAscii.map((character) => `{userId}${character}`),
  );
  const grant = fc
    .tuple(fc.constantFrom("subscribe:", "subscribe:", "subscribe:", "publish:", ""), fc.array(part, { maxLength: 5 }))
    .map(([verb, parts]) => verb + parts.join(""));
  const list = fc.array(grant, { minLength: 1, maxLength: 3 }).map((grants) => grants.join(","));
  return fc.oneof({ weight: 4, arbitrary: list }, { weight: 1, arbitrary: anyNearMiss(examples) });
}

describe("a parameter's value", () => {
  it("is a choice, or has a pattern with an explanation", () => {
    const open = declared.names.filter((name) => {
      const parameter = declared.section(name);
      return (
        !parameter.has("AllowedValues") && !(parameter.has("AllowedPattern") && parameter.has("ConstraintDescription"))
      );
    });

    expect(open).toEqual([]);
  });

  it("is not a Number, since CloudFormation accepts fractions there", () => {
    expect(declared.names.filter((name) => declared.section(name).text("Type") === "Number")).toEqual([]);
  });

  it("has examples for every pattern", () => {
    expect([...Object.keys(VALUES), ...ELSEWHERE].toSorted()).toEqual([...patterned].toSorted());
  });

  it.each(Object.entries(VALUES))("%s: accepts intended values, and no mistyped one", (name, { good, bad }) => {
    expect(good.filter((value) => refusal({ [name]: value }) !== undefined)).toEqual([]);
    expect(bad.filter((value) => refusal({ [name]: value }) === undefined)).toEqual([]);
    expect(refusal({ [name]: bad[0] ?? "" })).toContain(declared.section(name).text("ConstraintDescription"));
  });

  it.each([["RS256"], ["RS256,RS384"], ["PS512, PS256"], ["ES256,ES384,ES512"], ["EdDSA"]])(
    "TokenAlgorithms %s needs JwksUrl",
    (TokenAlgorithms) => {
      expect(refusal({ TokenAlgorithms })).toContain("TokenAlgorithms other than HS256, HS384 and HS512 need JwksUrl");
      expect(refusal({ ...PROVIDER, TokenAlgorithms })).toBeUndefined();
      expect(problems({ ...PROVIDER, TokenAlgorithms })).toEqual([]);
    },
  );

  it.each([
    [{ ...PROVIDER, TokenAlgorithms: "HS256" }, "A published key cannot be that of an HMAC"],
    [{ ...PROVIDER, MintTestTokens: "true" }, "With JwksUrl only the issuer can sign"],
    [{ TokenPreset: "cognito" }, "TokenPreset needs JwksUrl"],
    [{ UserIdClaim: "email" }, "IdentityClaims=data names the claims"],
    [{ ...PROVIDER, IdentityClaims: "data", LastNameClaim: "name" }, "IdentityClaims=data names the claims"],
  ])("%o contradict each other: the template refuses them as the functions do", (values, explanation) => {
    expect(refusal(values)).toContain(explanation);
  });

  it("of a preset is accepted with names of claims, which are then the preset's or these", () => {
    const okta = { TokenPreset: "okta", TokenIssuer: "https://dev-1.okta.com/oauth2/default", UserIdClaim: "email" };

    expect(refusal({ ...PROVIDER, IdentityClaims: "data", ...okta })).toBeUndefined();
    expect(problems({ ...PROVIDER, IdentityClaims: "data", ...okta })).toEqual([]);
  });

  it.each(Object.keys(VALUES))("%s: no function refuses a value that the template accepts", (name) => {
    fc.assert(isTied(name), { numRuns: 60 });
  });

  it("DefaultGrants: the template accepts exactly what the functions do", () => {
    const { good, bad } = VALUES["DefaultGrants"] ?? { good: [], bad: [] };
    const seen = new Set<boolean>();

    fc.assert(
      fc.property(anyDefaultGrants([...good, ...bad]), (value) => {
        const isGood = parseDefaultGrants(value) !== undefined;
        seen.add(isGood);
        expect(refusal({ DefaultGrants: value }) === undefined).toBe(isGood && value.length <= 2048);
      }),
      { numRuns: 4000 },
    );

    expect(seen.size).toBe(2);
  });

  it("DefaultGrants: {userId} stands before no character that a user id contains, so that no id reaches another's", () => {
    const characters = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code));
    const accepted = characters.filter((one) => refusal({ DefaultGrants: `subscribe:{userId}${one}x` }) === undefined);

    // The comma ends the grant, and `x` is none.
    expect(accepted.join("")).toBe("!\"#$%&'()/;<>?[\\]^`");
    expect(accepted.filter((one) => parseUserId(`a${one}x`) !== undefined)).toEqual([]);
  });

  it.each([
    ["a wider", "\\*?(?=,|$)", "\\**(?=,|$)"],
    ["a narrower", "\\*?(?=,|$)", "(?=,|$)"],
  ])("DefaultGrants: %s pattern is detected", (_which, piece, changed) => {
    const mutant = parseTemplate(TEMPLATE, replaced(projectTemplate(), piece, changed));
    const agrees = fc.property(anyDefaultGrants(["subscribe:{userId}/*"]), (value) => {
      expect(refusal({ DefaultGrants: value }, mutant) === undefined).toBe(parseDefaultGrants(value) !== undefined);
    });

    expect(fc.check(agrees, { numRuns: 4000, seed: 17 }).failed).toBe(true);
  });

  it.each([
    ["SubscriptionLimit", /(SubscriptionLimit:\n {4}Type: )String(\n.*\n) {4}AllowedPattern: .*\n/, "$1Number$2"],
    ["AllowedOrigins", /\(\?!https:.*?\)(?=\(file)/, ""],
    ["TokenIssuer", '"[!-~]([ -~]{0,510}[!-~])?"', '".+"'],
  ] as const)("%s: a wider pattern is detected", (name, piece, wider) => {
    const mutant = parseTemplate(TEMPLATE, replaced(projectTemplate(), piece, wider));

    expect(fc.check(isTied(name, mutant), { numRuns: 3000, seed: 17 }).failed).toBe(true);
  });
});
