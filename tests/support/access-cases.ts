import fc from "fast-check";
import { anyText } from "../../packages/emulator/tests/support/any-text.ts";
import { type OracleEntry, type OracleQuestion, oracleHasMeaning } from "./access-oracle.ts";
import { bytesInAnswer } from "./grants-of-bytes.ts";

/** A question of access with everything that decides it, as a handler gets it: the table was read. */
export type AccessCase = OracleQuestion & { readonly table: readonly OracleEntry[] };

/** Ids that begin like others, or hold the characters that settings and claims separate by. */
const USER_IDS = ["ann", "anna", "an", "Ann", "ann-lee", "ann.lee", "ann:1", "ann|1", "ann,bob", "ann=", "~", "bob"];

const IDS = [
  "order-17",
  "order-1",
  "order-",
  "order-*",
  "order:17",
  "order 17",
  "*",
  "**",
  "a*b",
  "kiosk-skis",
  "caf\u00e9-1",
  "file-\ufb01x",
  "room-\u{1f600}",
  "room-\u{1f601}",
  "subscribe:order-17",
  "__proto__",
  "{userId}",
  "x".repeat(255),
  "x".repeat(256),
  `${"x".repeat(254)}\u00e9`,
  ...USER_IDS.flatMap((id) => [id, `user-${id}`, `inbox/${id}/1`]),
];

/** Ways to change an id into another one that looks like it, sorts beside it or begins like it. */
const SLIPS: readonly ((id: string) => string)[] = [
  (id) => `${id}0`,
  (id) => `${id}*`,
  (id) => `${id}/1`,
  (id) => `${id} `,
  (id) => ` ${id}`,
  (id) => `*${id}`,
  (id) => `:${id}`,
  (id) => `${id}\u200b`,
  (id) => `\ufeff${id}`,
  (id) => `${id}\0`,
  (id) => [...id].slice(0, -1).join(""),
  (id) => [...id].slice(1).join(""),
  // Cuts a surrogate pair in two.
  (id) => id.slice(0, -1),
  (id) => id.normalize("NFD"),
  (id) => id.normalize("NFC"),
  (id) => id.normalize("NFKC"),
  (id) => id.toUpperCase(),
  (id) => id.toLowerCase(),
  (id) => id.replace("s", "\u017f"),
  (id) => id.replace("k", "\u212a"),
  (id) => id.replace("o", "\u043e"),
  (id) => id.replace("a", "\u0430"),
  (id) => id.replace("-", "\u2010"),
  (id) => id.replace("1", "\uff11"),
  (id) => id.replace("1", "?"),
  (id) => id.replace("-", ".*"),
  (id) => id.replace("\u{1f600}", "\u{1f601}"),
  (id) => encodeURIComponent(Buffer.from(id).toString()),
  (id) => id.padEnd(255, "x"),
  (id) => id.padEnd(256, "x"),
  (id) => id.padEnd(257, "x"),
];

const slip = fc.constantFrom(...SLIPS);
const userId = fc.constantFrom(...USER_IDS);

function nearly(id: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(id) },
    { weight: 3, arbitrary: slip.map((change) => change(id)) },
    { weight: 1, arbitrary: fc.tuple(slip, slip).map(([first, second]) => second(first(id))) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS) },
  );
}

/** The id itself, a beginning of it, or nearly one of them: most of these texts are patterns, some are none. */
function patternNear(id: string): fc.Arbitrary<string> {
  const beginning = fc.nat({ max: id.length }).map((length) => `${id.slice(0, length)}*`);
  return fc.oneof(
    { weight: 3, arbitrary: nearly(id) },
    { weight: 2, arbitrary: beginning },
    { weight: 2, arbitrary: nearly(id).map((text) => `${text}*`) },
    { weight: 1, arbitrary: fc.tuple(beginning, slip).map(([text, change]) => change(text)) },
  );
}

const withMeaning = (pattern: string) => oracleHasMeaning(pattern);

function patternsOf(id: string): fc.Arbitrary<string> {
  return patternNear(id).filter(withMeaning);
}

// An id of an entity is what a pattern without the rule of the star is.
const isEntityId = (id: string) => oracleHasMeaning(id.replaceAll("*", "s"));

/** Any id of an entity, with a bias to those that one confuses. */
export const anyEntityId: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom(...IDS).chain(nearly), anyText(6))
  .filter(isEntityId);

/** The id of something that is a user's own. */
function ownOf(user: string): fc.Arbitrary<string> {
  return fc
    .constantFrom(user, `user-${user}`, `inbox/${user}/1`, `${user}/1`, `${user}/${user}`)
    .chain(nearly)
    .filter(isEntityId);
}

/** Patterns of one family: those of one id and of ids that look like it. */
export function anyPatterns(count: number): fc.Arbitrary<readonly string[]> {
  return anyEntityId.chain((id) => fc.array(patternsOf(id), { minLength: count, maxLength: count }));
}

/** Entries of other systems and of later versions, and values that are no text. */
const FOREIGN = [
  "publish:*",
  "subscribe",
  "Subscribe:*",
  "subscribe*",
  "*",
  "read",
  "subscribes:*",
  "",
  "\u017fubscribe:*",
];
const NO_TEXTS = [17, null, true, ["subscribe:*"], { subscribe: "*" }];

/** A claim in all its forms. Most of them hold grants near the id, and few make the token be rejected. */
export function anyClaim(entityId: string): fc.Arbitrary<unknown> {
  const grant = patternsOf(entityId).map((pattern) => `subscribe:${pattern}`);
  const entry = fc.oneof({ weight: 5, arbitrary: grant }, { weight: 1, arbitrary: fc.constantFrom(...FOREIGN) });
  const member = fc.oneof({ weight: 8, arbitrary: entry }, { weight: 1, arbitrary: fc.constantFrom(...NO_TEXTS) });
  const anyGrant = patternNear(entityId).map((pattern) => `subscribe:${pattern}`);
  const separator = fc.constantFrom(" ", " ", " ", "  ", ",", "\t", "\n");
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: fc.array(member, { maxLength: 3 }) },
    { weight: 3, arbitrary: fc.array(entry, { maxLength: 3 }).map((entries) => entries.join(" ")) },
    { weight: 1, arbitrary: fc.array(anyGrant, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(fc.array(anyGrant), separator).map(([entries, by]) => entries.join(by)) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 0, true, {}, { 0: "subscribe:*", length: 1 }) },
    { weight: 1, arbitrary: claimAbout4096Bytes(entityId) },
  );
}

/** A list of some bytes less than the limit, of exactly it, or of more; some entries come twice and count once. */
function claimAbout4096Bytes(entityId: string): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(fc.integer({ min: -2, max: 2 }), fc.constantFrom("x", "\u00e9", '"'), fc.boolean())
    .map(([difference, filler, twice]) => {
      const entries = [`subscribe:${entityId.replaceAll("*", "s")}`];
      for (let nth = 0; bytesInAnswer(entries) < 3850; nth += 1) entries.push(`subscribe:${nth}${filler.repeat(40)}`);
      const rest = 4096 + difference - bytesInAnswer([...entries, "subscribe:"]);
      entries.push(`subscribe:${"y".repeat(rest)}`);
      return twice ? [...entries, ...entries] : entries;
    });
}

const goodEntry = fc
  .constantFrom(
    ...["{userId}", "user-{userId}", "inbox/{userId}/*", "inbox/{userId}/1", "{userId}/*", "{userId}/{userId}"],
    ...["order-1*", "order-17", "user-ann", "x*", "kiosk-*", "(a)*"],
  )
  .map((pattern) => `subscribe:${pattern}`);

/** Settings of a deployment. Most are lists of grants; some are what an operator could write by mistake. */
export const anyDefaultGrants: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant("none") },
  { weight: 8, arbitrary: fc.array(goodEntry, { minLength: 1, maxLength: 3 }).map(String) },
  { weight: 2, arbitrary: fc.array(anyTemplate(), { minLength: 1, maxLength: 2 }).map(String) },
);

/** Templates with a placeholder anywhere, before and behind any character. */
export function anyTemplate(): fc.Arbitrary<string> {
  const character = fc.integer({ min: 0x1f, max: 0x80 }).map((point) => String.fromCharCode(point));
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constant("{userId}") },
    { weight: 4, arbitrary: character },
    { weight: 1, arbitrary: fc.constantFrom("", "*", "/", "none", "{userid}", "{", "}", "\u00e9", "x".repeat(246)) },
  );
  const verb = fc.oneof(
    { weight: 12, arbitrary: fc.constant("subscribe:") },
    { weight: 1, arbitrary: fc.constantFrom("publish:", "", "Subscribe:", " subscribe:", "subscribe:subscribe:") },
  );
  return fc.tuple(verb, fc.array(part, { maxLength: 4 })).map(([text, parts]) => text + parts.join(""));
}

/** Times about one second, so that many are the very same. */
const NOON = 1_800_000_000;
const moment = fc.integer({ min: NOON - 2, max: NOON + 2 });

function entriesOf(id: string): fc.Arbitrary<readonly OracleEntry[]> {
  const granted = fc.record({ at: moment, until: moment }, { requiredKeys: ["at"] });
  const entry = fc.record({ pattern: patternsOf(id), granted, withdrawnAt: moment }, { requiredKeys: ["pattern"] });
  const decided = entry.filter((one) => one.granted !== undefined || one.withdrawnAt !== undefined);
  return fc.uniqueArray(decided, { selector: ({ pattern }) => pattern, maxLength: 5 });
}

/** Settings with grants near the id, and of what is the user's own. */
function defaultGrantsNear(entityId: string): fc.Arbitrary<string> {
  const near = patternsOf(entityId).map((pattern) => `subscribe:${pattern.replaceAll(/[^!-z~]|,/g, "")}`);
  return fc.array(fc.oneof(goodEntry, near), { minLength: 1, maxLength: 3 }).map(String);
}

/** Cases that are close to each other: all parts are about one id, and half of the ids about a user. */
export const anyAccessCase: fc.Arbitrary<AccessCase> = fc
  .tuple(userId, userId)
  .chain(([user, other]) => fc.tuple(fc.constant(user), fc.oneof(anyEntityId, anyEntityId, ownOf(user), ownOf(other))))
  .chain(([user, entityId]) =>
    fc.record({
      userId: fc.constant(user),
      claim: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: anyClaim(entityId) }),
      defaultGrants: fc.oneof(
        { weight: 4, arbitrary: fc.constant("none") },
        { weight: 4, arbitrary: defaultGrantsNear(entityId) },
        { weight: 1, arbitrary: anyDefaultGrants },
      ),
      table: entriesOf(entityId),
      entityId: fc.constant(entityId),
      now: moment,
    }),
  );

/** Any id of a user, often one that begins like another. */
export const anyUserId: fc.Arbitrary<string> = fc.oneof(userId, fc.stringMatching(/^[A-Za-z0-9_.@+=,|:~-]{1,6}$/));
