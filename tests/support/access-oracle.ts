/**
 * Who may subscribe to what, said a second time and in another way: patterns become regular expressions over the bytes in
 * hexadecimal, and one pattern covers another if it matches two witnesses of it. It shares no code with src/domain/grants.
 */

const VERB = "subscribe:";

/** All characters of user ids. */
const OF_USER_IDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@+=,|:~-";

const PLACEHOLDER = "{userId}";

export type OracleEntry = {
  readonly pattern: string;
  readonly granted?: { readonly at: number; readonly until?: number };
  readonly withdrawnAt?: number;
};

export type OracleQuestion = {
  readonly userId: string;
  readonly claim: unknown;
  readonly defaultGrants: string;
  /** The user's own entries; undefined if the table was not read. */
  readonly table: readonly OracleEntry[] | undefined;
  readonly entityId: string;
  readonly now: number;
};

export type OracleAnswer = { readonly rule: string; readonly until?: number };

const hex = (text: string) => Buffer.from(text, "utf8").toString("hex");

export function oracleMatches(pattern: string, id: string): boolean {
  const expression = pattern.endsWith("*") ? `^${hex(pattern.slice(0, -1))}(..)*$` : `^${hex(pattern)}$`;
  return new RegExp(expression).test(hex(id));
}

/** The ids that tell whether a pattern with at most one star, at its end, is included in another one. */
function witnesses(pattern: string): readonly string[] {
  const stem = pattern.replace("*", "");
  return stem === pattern ? [stem] : [stem, `${stem}!`];
}

export function oracleCovers(wide: string, narrow: string): boolean {
  return witnesses(narrow).every((id) => oracleMatches(wide, id));
}

export function oracleHasMeaning(pattern: string): boolean {
  const points = [...pattern].map((character) => character.codePointAt(0) as number);
  const isControl = (point: number) =>
    point < 32 || (point > 126 && point < 160) || point === 0x2028 || point === 0x2029;
  const isHalf = (point: number) => point >= 0xd800 && point <= 0xdfff;
  const star = pattern.indexOf("*");
  return (
    /\S/.test(pattern) &&
    (star === -1 || star === pattern.length - 1) &&
    !points.some((point) => isControl(point) || isHalf(point)) &&
    Buffer.from(pattern, "utf8").length < 257
  );
}

/** The patterns of a token, or why it is rejected. A claim that is undefined is absent. */
export function oracleTokenGrants(claim: unknown): ReadonlySet<string> | "GRANTS_INVALID" | "GRANTS_TOO_LARGE" {
  if (claim === undefined) return new Set();
  if (typeof claim !== "string" && !Array.isArray(claim)) return "GRANTS_INVALID";
  const entries: unknown[] = typeof claim === "string" ? claim.split(" ") : claim;
  const ours = new Set<string>();
  for (const entry of entries) if (typeof entry === "string" && entry.startsWith(VERB)) ours.add(entry);
  const patterns = new Set([...ours].map((entry) => entry.substring(VERB.length)));
  if (![...patterns].every(oracleHasMeaning)) return "GRANTS_INVALID";
  return Buffer.from(JSON.stringify(JSON.stringify([...ours])), "utf8").length > 4096 ? "GRANTS_TOO_LARGE" : patterns;
}

/** The templates of a deployment, or undefined if they have no meaning. */
export function oracleTemplates(text: string): readonly string[] | undefined {
  if (text === "none") return [];
  const templates: string[] = [];
  for (const entry of text.split(",")) {
    if (!entry.startsWith(VERB)) return undefined;
    const template = entry.substring(VERB.length);
    const [first = "", ...afterPlaceholders] = template.split(PLACEHOLDER);
    const isLast = (at: number) => at === afterPlaceholders.length - 1;
    for (const [at, part] of afterPlaceholders.entries()) {
      if (part === "" ? !isLast(at) : part.startsWith("*") || OF_USER_IDS.includes(part.charAt(0))) return undefined;
    }
    const rest = [first, ...afterPlaceholders].join("");
    if (template === "" || /[^!-~]|[{},]/.test(rest) || /\*./.test(template)) return undefined;
    // A template is a pattern too, and has its limit as it is written.
    if (template.length > 256) return undefined;
    templates.push(template);
  }
  return templates;
}

export function oraclePatterns(templates: readonly string[], userId: string): readonly string[] {
  return templates.map((template) => template.split(PLACEHOLDER).join(userId));
}

function askTable(table: readonly OracleEntry[], id: string, now: number): OracleAnswer {
  const withdrawals = table.filter((entry) => entry.withdrawnAt !== undefined);
  const grants = table.flatMap((entry) => {
    if (entry.granted === undefined || !oracleMatches(entry.pattern, id)) return [];
    const { at, until = Number.POSITIVE_INFINITY } = entry.granted;
    const isWithdrawn = withdrawals.some(
      ({ pattern, withdrawnAt }) => oracleCovers(pattern, entry.pattern) && (withdrawnAt as number) >= at,
    );
    return [{ until, isWithdrawn }];
  });
  const standing = grants.filter((grant) => !grant.isWithdrawn).map((grant) => grant.until);
  const latest = Math.max(...standing);
  if (latest > now)
    return latest === Number.POSITIVE_INFINITY ? { rule: "TABLE_GRANT" } : { rule: "TABLE_GRANT", until: latest };
  if (standing.length > 0) return { rule: "GRANT_ENDED" };
  return { rule: grants.length > 0 ? "GRANT_WITHDRAWN" : "NOT_GRANTED" };
}

/** The rule that decides; undefined if only the table could, and it was not read. */
export function oracleDecision(
  tokenPatterns: Iterable<string>,
  defaultPatterns: Iterable<string>,
  table: readonly OracleEntry[] | undefined,
  entityId: string,
  now: number,
): OracleAnswer | undefined {
  if ([...tokenPatterns].some((pattern) => oracleMatches(pattern, entityId))) return { rule: "TOKEN_GRANT" };
  if ([...defaultPatterns].some((pattern) => oracleMatches(pattern, entityId))) return { rule: "DEFAULT_GRANT" };
  return table && askTable(table, entityId, now);
}

/** The whole way, from a claim and a setting to the answer; of a token or a setting that is rejected, why. */
export function oracleAnswer(question: OracleQuestion): OracleAnswer | undefined {
  const fromToken = oracleTokenGrants(question.claim);
  if (typeof fromToken === "string") return { rule: fromToken };
  const templates = oracleTemplates(question.defaultGrants);
  if (templates === undefined) return { rule: "SETTING_REJECTED" };
  return oracleDecision(
    fromToken,
    oraclePatterns(templates, question.userId),
    question.table,
    question.entityId,
    question.now,
  );
}
