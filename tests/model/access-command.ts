import fc, { type Arbitrary } from "fast-check";
import { oracleMatches } from "../support/access-oracle.ts";
import {
  copies,
  deliveries,
  entities,
  entity,
  few,
  phrasesOf,
  type Step,
  seq,
  several,
  turns,
  user,
  type Weighted,
} from "./command.ts";
import { at, CLAIMS, CONNECTIONS, ENTITIES, PATTERNS, USERS } from "./fixtures.ts";

const ALL_TURNS = Number.POSITIVE_INFINITY;
const ALL_ENTITIES = [...ENTITIES.keys()];

/** Few connections, mostly of one user. */
const connection = fc.constantFrom(0, 0, 1, 1, 2, 4);
const pattern = fc.nat({ max: PATTERNS.length - 1 });
const ago = fc.constantFrom(0, 0, 0, 1, 30);
const lasts = fc.constantFrom<number | "for ever">("for ever", "for ever", 40, 70, 700);
const claim = fc.nat({ max: CLAIMS.length - 1 });
const token = fc.record({
  ...{ claim, seconds: fc.integer({ min: 10_100, max: 12_000 }), isNew: fc.boolean() },
  ...{ keysBack: fc.constant(0), issued: fc.constant(0), of: fc.constant("itself" as const) },
});

function kind<const Kind extends string>(name: Kind): Arbitrary<Kind> {
  return fc.constant(name);
}

const accessCommands: readonly Weighted<Step["command"]>[] = [
  { weight: 6, arbitrary: fc.record({ kind: kind("subscribe"), connection, entities, seq }) },
  { weight: 3, arbitrary: fc.record({ kind: kind("unsubscribe"), connection, entities, seq }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("publish to entity"), entity, copies }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("connect"), connection }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("disconnect"), connection, events: fc.constant<1>(1) }) },
  { weight: 6, arbitrary: fc.record({ kind: kind("renew"), connection, token, seq }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("grant access"), user, pattern, ago, lasts, deliveries }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("withdraw access"), user, pattern, ago, deliveries }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("revoke token"), connection, deliveries }) },
  { weight: 5, arbitrary: fc.record({ kind: kind("elapse"), seconds: fc.constantFrom(1, 4, 10, 50, 70) }) },
];

/** The numbers of the patterns that include an entity. */
function patternsOf(entity: number): readonly number[] {
  return [...PATTERNS.keys()].filter((one) => oracleMatches(at(PATTERNS, one), at(ENTITIES, entity)));
}

/** A subscription by a grant of an administrator, which changes beside it or afterwards, and a push. */
const changeBeside: Arbitrary<readonly Step[]> = fc
  .record({
    ...{ index: connection, which: fc.nat(), other: fc.nat(), lasts, entity, turns: few, beside: several },
    change: fc.constantFrom("withdraw access", "withdraw access", "grant access"),
    ...{ later: fc.constantFrom(0, 0, 10, 50), passes: fc.constantFrom(4, 10, 50), last: fc.boolean() },
    seq,
  })
  .map((chosen): readonly Step[] => {
    const { index, which, other, lasts, entity, turns, beside, change, later, passes, last, seq } = chosen;
    const patterns = patternsOf(entity);
    const pattern = at(patterns, which % patterns.length);
    const event = { user: USERS.indexOf(at(CONNECTIONS, index).userId), ago: 0, deliveries: [0] };
    const changed =
      change === "grant access"
        ? ({ kind: "grant access", ...event, pattern, lasts: "for ever" } as const)
        : ({ kind: "withdraw access", ...event, pattern: at(patterns, other % patterns.length) } as const);
    const subscribe = { kind: "subscribe", connection: index, entities: [entity] } as const;
    return [
      { command: { kind: "grant access", ...event, pattern, lasts }, turns: ALL_TURNS },
      { command: { ...subscribe, seq: "next" }, turns },
      { command: { kind: "elapse", seconds: later }, turns: 0 },
      { command: changed, turns: beside },
      ...(last ? [{ command: { ...subscribe, seq }, turns: beside }] : []),
      { command: { kind: "elapse", seconds: passes }, turns: 0 },
      { command: { kind: "publish to entity", entity, copies: 1 }, turns: ALL_TURNS },
    ];
  });

/** A grant that is withdrawn, and at once given again by a wider one: the client asks again before it is told. */
const grantedAgain: Arbitrary<readonly Step[]> = fc
  .record({ index: connection, turns: fc.constantFrom(5, 6, 7, 8), between: few, beside: several })
  .map(({ index, turns, between, beside }): readonly Step[] => {
    const event = { user: USERS.indexOf(at(CONNECTIONS, index).userId), ago: 0, deliveries: [0] };
    const [entity, narrow, wide] = [0, 2, 1];
    const subscribe = { kind: "subscribe", connection: index, entities: [entity], seq: "next" } as const;
    const grant = { kind: "grant access", ...event, lasts: "for ever" } as const;
    return [
      { command: { ...grant, pattern: narrow }, turns: ALL_TURNS },
      { command: subscribe, turns: ALL_TURNS },
      { command: { kind: "withdraw access", ...event, pattern: narrow }, turns },
      { command: { ...grant, pattern: wide }, turns: between },
      { command: subscribe, turns: beside },
    ];
  });

/** A renewal that grants less, beside a request, and a push. */
const lessGranted: Arbitrary<readonly Step[]> = fc
  .record({ index: connection, token, entity, turns: few, beside: several, passes: fc.constantFrom(1, 6, 10) })
  .map(({ index, token, entity, turns, beside, passes }): readonly Step[] => {
    const less = { ...token, claim: CLAIMS.length - 1 };
    return [
      { command: { kind: "subscribe", connection: index, entities: ALL_ENTITIES, seq: "next" }, turns: ALL_TURNS },
      { command: { kind: "renew", connection: index, token: less, seq: "next" }, turns },
      { command: { kind: "subscribe", connection: index, entities: [entity], seq: "next" }, turns: beside },
      { command: { kind: "elapse", seconds: passes }, turns: 0 },
      { command: { kind: "publish to entity", entity, copies: 1 }, turns: ALL_TURNS },
    ];
  });

/** A token with more grants that is revoked while it is presented, beside a request that it would allow. */
const revokedRenewal: Arbitrary<readonly Step[]> = fc
  .record({ index: connection, token, entity, turns: few, revoked: few, beside: several })
  .map(({ index, token, entity, turns, revoked, beside }): readonly Step[] => {
    const all = { ...token, claim: 0, isNew: false };
    return [
      { command: { kind: "renew", connection: index, token: all, seq: "next" }, turns },
      { command: { kind: "revoke token", connection: index, deliveries: [0] }, turns: revoked },
      { command: { kind: "subscribe", connection: index, entities: [entity], seq: "next" }, turns: beside },
    ];
  });

function accessStepsOf(commands: readonly Weighted<Step["command"]>[]): Arbitrary<readonly Step[]> {
  const one = fc.record({ command: fc.oneof(...commands), turns }).map((step) => [step]);
  return phrasesOf([
    { weight: 10, arbitrary: one },
    { weight: 3, arbitrary: changeBeside },
    { weight: 1, arbitrary: grantedAgain },
    { weight: 2, arbitrary: lessGranted },
    { weight: 1, arbitrary: revokedRenewal },
  ]);
}

/** Grants that come, end and are withdrawn, while nothing goes wrong. */
export const calmAccessSteps: Arbitrary<readonly Step[]> = accessStepsOf(accessCommands);

/** The same with jumps of the clock, and dead letters that are redriven. */
export const stormyAccessSteps: Arbitrary<readonly Step[]> = accessStepsOf([
  ...accessCommands,
  { weight: 2, arbitrary: fc.record({ kind: kind("advance"), seconds: fc.constantFrom(1, 2, 4) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "redrive" }) },
]);
