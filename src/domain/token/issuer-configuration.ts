import { CLAIM_MAPPINGS, type ClaimMapping, IDENTITY_CLAIMS } from "../identity/identity.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../plain-object.ts";
import { parseStrictObject } from "../strict-json.ts";
import { ALGORITHM_NAMES, type Algorithm, findAlgorithm, HS256 } from "./algorithms.ts";
import { type IssuerKeys, parseKeys, type Refuse } from "./issuer-keys.ts";
import { DEFAULT_PERMISSIONS_CLAIM, type IssuerPolicy, TOKEN_TYPES } from "./issuer-policy.ts";
import { type IssuerPreset, PRESET_NAMES, PRESETS } from "./issuer-presets.ts";
import { keepUsersApart } from "./separate-users.ts";

export type ConfiguredIssuer = { readonly policy: IssuerPolicy; readonly keys: IssuerKeys };

/** Limits that hold for the tokens of every issuer. */
export type TokenLimits = Pick<IssuerPolicy, "leewaySeconds" | "maxLifetimeSeconds">;

/** The issuers, or everything that is wrong. A problem names its place and the rule, never the value. */
export type ParsedIssuers =
  | { readonly kind: "issuers"; readonly issuers: readonly ConfiguredIssuer[] }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Deeper than inline keys with certificates. */
const MAX_DEPTH = 16;

/** The JSON object in a document's text. Undefined also with two members of one name: one of them would be ignored. */
export function parseIssuersText(text: string): PlainObject | undefined {
  return parseStrictObject(text, MAX_DEPTH);
}

/** Parses the document {"issuers": […]}, which is empty where one issuer is configured in another way. */
export function parseIssuers(document: unknown, limits: TokenLimits): ParsedIssuers {
  const problems: string[] = [];
  const entries = isPlainObject(document) ? ownProperty(document, "issuers") : undefined;
  if (!Array.isArray(entries) || !isPlainObject(document) || Object.keys(document).length !== 1) {
    return { kind: "refused", problems: ["the document must be an object with the one member issuers, a list"] };
  }
  const placed = entries.map((entry: unknown, index) => {
    const refuse: Refuse = (member, expectation) =>
      problems.push(`issuers[${index}]${member && `.${member}`} ${expectation}`);
    return { entry: isPlainObject(entry) ? entry : noEntry(refuse), refuse };
  });
  const issuers = placed.map(({ entry, refuse }) => parseIssuer(entry, limits, refuse));
  refuseRepeated(placed);
  const users = keepUsersApart(
    issuers.map(({ policy }, index) => ({
      issuer: policy.issuer,
      prefix: policy.userIdPrefix,
      sharesWith: ownProperty(placed[index]?.entry ?? {}, "sharesUsersWith"),
    })),
    (index, member, expectation) => placed[index]?.refuse(member, expectation),
  );
  if (problems.length > 0) return { kind: "refused", problems };
  return {
    kind: "issuers",
    issuers: issuers.map(({ policy, keys }, index) => ({ policy: { ...policy, ...users[index] }, keys })),
  };
}

/** Parses the one issuer of a configuration that is no document; `placeOf` names the place of a member there. */
export function parseOneIssuer(
  entry: PlainObject,
  limits: TokenLimits,
  placeOf: (member: string) => string,
): ParsedIssuers {
  const problems: string[] = [];
  const issuer = parseIssuer(entry, limits, (member, expectation) =>
    problems.push(`${placeOf(member)} ${expectation}`),
  );
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "issuers", issuers: [issuer] };
}

/** The result of a failed check is never used: the caller has noted a problem. */
function noEntry(refuse: Refuse): PlainObject {
  refuse("", "must be an object");
  return {};
}

const MEMBERS: ReadonlySet<string> = new Set([
  ...["preset", "issuer", "audience", "algorithms", "tokenType", "jwksUrl", "jwks", "secret"],
  ...["identityClaims", "userIdClaim", "firstNameClaim", "lastNameClaim", "permissionsClaim", "userIdPrefix"],
  "sharesUsersWith",
]);

function parseIssuer(entry: PlainObject, limits: TokenLimits, refuse: Refuse): ConfiguredIssuer {
  for (const name of Object.keys(entry)) if (!MEMBERS.has(name)) refuse(name, "is no member of an issuer");
  const presetName = oneOf(entry, "preset", PRESET_NAMES, "custom", refuse);
  const preset: IssuerPreset = PRESETS[presetName];
  const tokenType = oneOf(entry, "tokenType", TOKEN_TYPES, preset.tokenType, refuse);
  const algorithms = parseAlgorithms(entry, refuse);
  const audiences = parseAudiences(entry, refuse);
  const issuer = parseIssuerText(entry, preset, refuse);
  if (presetName === "firebase" && issuer !== `https://securetoken.google.com/${audiences.join()}`) {
    refuse("audience", "must be the project id that ends the issuer");
  }
  if (presetName !== "custom" && ownProperty(entry, "secret") === true) {
    refuse("preset", "must be custom with the stack's own secret: such an issuer has a JWKS");
  }
  return {
    policy: {
      issuer,
      audienceClaim: preset.audienceClaim,
      audiences,
      algorithms,
      tokenType,
      requiredClaims: preset.requiredClaims[tokenType],
      requiredValues: preset.requiredValues,
      exemptClaims: preset.exemptClaims,
      ...limits,
      identityClaims: parseMapping(entry, preset, refuse),
      permissionsClaim: parsePermissionsClaim(entry, refuse),
      userIdPrefix: parsePrefix(entry, refuse),
      foreignPrefixes: [],
    },
    keys: parseKeys(entry, algorithms, refuse),
  };
}

function oneOf<const T extends string>(
  entry: PlainObject,
  member: string,
  allowed: readonly T[],
  fallback: NoInfer<T>,
  refuse: Refuse,
): T {
  const value = ownProperty(entry, member) ?? fallback;
  const found = allowed.find((one) => one === value);
  if (found === undefined) refuse(member, `must be one of ${allowed.join(", ")}`);
  return found ?? fallback;
}

/** 1 to 512 characters of ASCII, with no blank at either end: two texts that look the same are the same. */
const TEXT = /^[!-~](?:[ -~]{0,510}[!-~])?$/;

function isText(value: unknown): value is string {
  return typeof value === "string" && TEXT.test(value);
}

function parseIssuerText(entry: PlainObject, preset: IssuerPreset, refuse: Refuse): string {
  const issuer = ownProperty(entry, "issuer");
  if (!isText(issuer)) {
    refuse("issuer", "must be the text of iss: 1 to 512 characters of ASCII, with no blank at either end");
    return "";
  }
  if (!preset.issuer.form.test(issuer)) refuse("issuer", preset.issuer.expectation);
  return issuer;
}

function parseAudiences(entry: PlainObject, refuse: Refuse): readonly [string, ...string[]] {
  const audience = ownProperty(entry, "audience");
  const [first, ...others] = Array.isArray(audience) ? audience : [audience];
  if (isText(first) && others.every(isText)) return [first, ...others];
  refuse("audience", "must be a text or a list of texts: 1 to 512 characters of ASCII, with no blank at either end");
  return [""];
}

function parseAlgorithms(entry: PlainObject, refuse: Refuse): readonly [Algorithm, ...Algorithm[]] {
  const fallback = findAlgorithm("RS256") ?? HS256;
  const names = ownProperty(entry, "algorithms") ?? [
    ownProperty(entry, "secret") === true ? HS256.name : fallback.name,
  ];
  const [first, ...others] = (Array.isArray(names) ? names : [undefined]).map(findAlgorithm);
  if (first === undefined || others.includes(undefined)) {
    refuse("algorithms", `must be a list of ${ALGORITHM_NAMES.join(", ")}`);
    return [fallback];
  }
  const algorithms = [first, ...others.filter((one) => one !== undefined)] as const;
  if (algorithms.some(({ family }) => family !== first.family)) {
    refuse("algorithms", "must be of one family: HS, RS, PS, ES or EdDSA");
  }
  // A key would fit two of them, and a key that fits two verifies nothing.
  if (new Set(algorithms).size < algorithms.length) refuse("algorithms", "must name no algorithm twice");
  return [...algorithms];
}

const CLAIM_NAME = /^[!-~]{1,128}$/;
const CLAIM_NAME_EXPECTED = "must be the name of a claim: 1 to 128 characters of ASCII without blanks";

function isClaimName(value: unknown): value is string {
  return typeof value === "string" && CLAIM_NAME.test(value);
}

function parseMapping(entry: PlainObject, preset: IssuerPreset, refuse: Refuse): ClaimMapping {
  const source = oneOf(entry, "identityClaims", IDENTITY_CLAIMS, "oidc", refuse);
  const names = { ...preset.names };
  for (const name of ["userId", "firstName", "lastName"] as const) {
    const claim = ownProperty(entry, `${name}Claim`);
    if (claim === undefined) continue;
    if (source === "data") refuse(`${name}Claim`, "must not be set with identityClaims data, which names the claims");
    if (isClaimName(claim)) names[name] = claim;
    else refuse(`${name}Claim`, CLAIM_NAME_EXPECTED);
  }
  return source === "data" ? CLAIM_MAPPINGS.data : { names };
}

function parsePermissionsClaim(entry: PlainObject, refuse: Refuse): string {
  const claim = ownProperty(entry, "permissionsClaim") ?? DEFAULT_PERMISSIONS_CLAIM;
  if (isClaimName(claim)) return claim;
  refuse("permissionsClaim", CLAIM_NAME_EXPECTED);
  return "";
}

/** Characters of user ids. */
const PREFIX = /^[A-Za-z0-9_.@+=,|:~-]{1,32}$/;

function parsePrefix(entry: PlainObject, refuse: Refuse): string {
  const prefix = ownProperty(entry, "userIdPrefix");
  if (prefix === undefined) return "";
  if (typeof prefix === "string" && PREFIX.test(prefix)) return prefix;
  refuse("userIdPrefix", "must be 1 to 32 characters of A-Z a-z 0-9 _ . @ + = , | : ~ -");
  return "";
}

type Placed = { readonly entry: PlainObject; readonly refuse: Refuse };

/** Of two policies for one `iss` the first would win. Two issuers with the secret could sign for each other. */
function refuseRepeated(placed: readonly Placed[]): void {
  for (const [index, { entry, refuse }] of placed.entries()) {
    const earlier = placed.slice(0, index).map((one) => one.entry);
    const [issuer, secret] = [ownProperty(entry, "issuer"), ownProperty(entry, "secret")];
    if (isText(issuer) && earlier.some((one) => ownProperty(one, "issuer") === issuer)) {
      refuse("issuer", "must not be that of another entry");
    }
    if (secret !== undefined && earlier.some((one) => ownProperty(one, "secret") !== undefined)) {
      refuse("secret", "must not be set in two entries");
    }
  }
}
