import fc, { type Arbitrary } from "fast-check";
import { at, CONNECTIONS, ENTITIES, ISSUERS, PUSHED_CONNECTIONS, USERS } from "./fixtures.ts";
import type { TokenChoice } from "./tokens.ts";

/** Each delivery of an administrator's event, in seconds after the event. */
type Deliveries = { readonly deliveries: readonly number[] };

export type AdminCommand = Deliveries &
  (
    | { readonly kind: "revoke user"; readonly user: number; readonly issuedBefore: number }
    | { readonly kind: "revoke token"; readonly connection: number }
    | { readonly kind: "revoke issuer"; readonly issuer: number; readonly issuedBefore: number }
    | {
        readonly kind: "disconnect user";
        readonly user: number;
        readonly except: number | undefined;
        readonly reconnect: boolean;
      }
    | AccessCommand
  );

/** `ago`: the event was published so many seconds before it came. */
type AccessCommand = { readonly user: number; readonly pattern: number; readonly ago: number } & (
  | { readonly kind: "grant access"; readonly lasts: number | "for ever" }
  | { readonly kind: "withdraw access" }
);

/** The number of a request, of a client that orders them: the next one, the last one again, or one before it. */
export type SeqChoice = "next" | "again" | "late";

/** A token that a client presents on its open connection: its own user's, mostly. */
type RenewalChoice = TokenChoice & {
  readonly of: "itself" | "another user" | "another issuer";
  /** Or it has the id of the token before. */
  readonly isNew: boolean;
};

/** Numbers are indexes into the lists of fixtures.ts. */
export type Command =
  /** By the client; a repeated $connect by the gateway if the connection is known already. */
  | { readonly kind: "connect"; readonly connection: number; readonly token?: TokenChoice }
  /** A direct invocation of the connect function, with another user's name. */
  | { readonly kind: "forge"; readonly connection: number; readonly user: number }
  /** API Gateway sends $disconnect on a best-effort basis: not at all, once or twice. */
  | { readonly kind: "disconnect"; readonly connection: number; readonly events: 0 | 1 | 2 }
  | {
      readonly kind: "subscribe" | "unsubscribe";
      readonly connection: number;
      readonly entities: readonly number[];
      readonly seq: SeqChoice;
    }
  | { readonly kind: "renew"; readonly connection: number; readonly token: RenewalChoice; readonly seq: SeqChoice }
  | { readonly kind: "publish to entity"; readonly entity: number; readonly copies: number }
  | { readonly kind: "publish to user"; readonly user: number; readonly copies: number }
  | AdminCommand
  /** Operators move the dead letters of the function that ends connections back to its queue. */
  | { readonly kind: "redrive" }
  /** The first issuer makes a new key. */
  | { readonly kind: "rotate" }
  /** The clock jumps, with everything that is under way. */
  | { readonly kind: "advance"; readonly seconds: number };

/** Time passes, and everything has its time. */
export type Elapse =
  | { readonly kind: "elapse"; readonly seconds: number }
  /** Until some seconds before the end of a connection, if it has one and that is to come. */
  | { readonly kind: "elapse to the end"; readonly connection: number; readonly less: number };

export type Step = {
  readonly command: Command | Elapse;
  /** So many turns run before the next command starts: the rest of this command runs beside the next ones. */
  readonly turns: number;
};

export const entity = fc.nat({ max: ENTITIES.length - 1 });
/** Mostly the user with several connections. */
export const user = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: USERS.length - 1 }) },
);
/** One, or several that are named together, as a client does that comes back. */
export const entities = fc.oneof(
  { weight: 2, arbitrary: entity.map((one) => [one]) },
  { weight: 1, arbitrary: fc.shuffledSubarray([...ENTITIES.keys()], { minLength: 2 }) },
);
export const seq = fc.constantFrom<SeqChoice>("next", "next", "next", "next", "next", "again", "late");
export const copies = fc.constantFrom(1, 1, 1, 2);
export const turns = fc.constantFrom(0, 0, 1, 2, 3, 5, 8, Number.POSITIVE_INFINITY);

export type Weighted<T> = { readonly weight: number; readonly arbitrary: Arbitrary<T> };

function stepsOf(commands: readonly Weighted<Step["command"]>[], maxLength: number): Arbitrary<readonly Step[]> {
  return fc.array(fc.record({ command: fc.oneof(...commands), turns }), { minLength: 1, maxLength });
}

function sharedCommands(connection: Arbitrary<number>): readonly Weighted<Step["command"]>[] {
  const events = fc.constantFrom<0 | 1 | 2>(1, 1, 0, 2);
  return [
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("disconnect" as const), connection, events }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("subscribe" as const), connection, entities, seq }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish to entity" as const), entity, copies }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("publish to user" as const), user, copies }) },
  ];
}

/** Past a post's time-out, a short token, a message's visibility timeout, a delivery's age, all connections' ends. */
const jumps = fc.constantFrom(1, 4, 61, 400, 3700, 7300);

const pushed = fc.nat({ max: PUSHED_CONNECTIONS - 1 });

/** Connections, subscriptions and pushes, while no token is renewed and no schedule runs. */
export const pushSteps: Arbitrary<readonly Step[]> = stepsOf(
  [
    ...sharedCommands(pushed),
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("connect" as const), connection: pushed }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("forge" as const), connection: pushed, user }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("unsubscribe" as const), connection: pushed, entities, seq }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds: jumps }) },
  ],
  12,
);

const connection = fc.nat({ max: CONNECTIONS.length - 1 });
const keysBack = fc.constantFrom(0, 0, 0, 1, 2);
const issued = fc.constantFrom<number | "never">(0, 0, 0, -100, "never");
/** Everything is granted here. */
const claim = fc.constant(0);
const handshakeToken = fc.record({ keysBack, issued, seconds: fc.constantFrom(60, 600, 9000), claim });
const renewalToken = fc.record({
  claim,
  ...{ keysBack, issued, seconds: fc.constantFrom(30, 90, 900, 4000, 9000) },
  of: fc.constantFrom("itself", "itself", "itself", "itself", "another user", "another issuer"),
  isNew: fc.boolean(),
});

/** At once, twice, within the readings of the index, after them, and redriven much later. */
export const deliveries = fc.constantFrom<readonly number[]>([0], [0], [0], [0, 0], [5], [0, 5], [40], [0, 900]);
const issuedBefore = fc.constantFrom(0, 0, -50, 30);
const issuer = fc.nat({ max: ISSUERS.length - 1 });
const except = fc.option(connection, { nil: undefined });

/** Beyond a short token's end and beside it, the end of a connection, and that of an overlap of two keys. */
const times = fc.constantFrom(10, 50, 70, 70, 600, 4000, 7100);

const lifeCommands: readonly Weighted<Step["command"]>[] = [
  ...sharedCommands(connection),
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: fc.constant("connect" as const), connection, token: handshakeToken },
      { requiredKeys: ["kind", "connection"] },
    ),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("renew" as const), connection, token: renewalToken, seq }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("revoke user" as const), user, issuedBefore, deliveries }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("revoke token" as const), connection, deliveries }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("revoke issuer" as const), issuer, issuedBefore, deliveries }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("disconnect user" as const),
      ...{ user, except, reconnect: fc.boolean(), deliveries },
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "rotate" }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("elapse" as const), seconds: times }) },
];

export const few = fc.constantFrom(0, 1, 2, 3, 5);
export const several = fc.constantFrom(3, 4, 5, 8);

/** No call that waits for its turn meanwhile has failed. */
const LAST_SECONDS = 2;

/** A renewal in the last seconds of a token, with a push beside it, and one in the time in which an index lags behind. */
function renewalAtTheEnd(pass: Step["command"]): Arbitrary<readonly Step[]> {
  return fc
    .record({
      index: fc.constantFrom(0, 1, 2, 2, 5),
      push: fc.boolean(),
      entity,
      turns: few,
      beside: several,
      token: renewalToken,
    })
    .map(({ index, push, entity, turns, beside, token }) => {
      const user = USERS.indexOf(at(CONNECTIONS, index).userId);
      const toUser = { kind: "publish to user", user, copies: 1 } as const;
      const publish = push ? toUser : ({ kind: "publish to entity", entity, copies: 1 } as const);
      const own = { ...token, of: "itself", keysBack: 0 } as const;
      return [
        {
          command: { kind: "subscribe", connection: index, entities: [entity], seq: "next" },
          turns: Number.POSITIVE_INFINITY,
        },
        { command: { kind: "elapse to the end", connection: index, less: LAST_SECONDS }, turns: 0 },
        { command: publish, turns },
        { command: { kind: "renew", connection: index, token: own, seq: "next" }, turns: beside },
        { command: pass, turns: Number.POSITIVE_INFINITY },
        { command: toUser, turns: Number.POSITIVE_INFINITY },
      ];
    });
}

/** A token that is presented while it is revoked. */
const revocationBeside: Arbitrary<readonly Step[]> = fc
  .record({
    ...{ index: connection, isHandshake: fc.boolean(), turns: few, beside: few, revocation: fc.nat({ max: 2 }) },
    issuedBefore: fc.constantFrom(0, -50),
  })
  .chain(({ index, isHandshake, turns, beside, revocation, issuedBefore }) => {
    const { userId, issuer } = at(CONNECTIONS, index);
    const now = { issuedBefore, deliveries: [0] };
    const revocations: readonly Command[] = [
      { kind: "revoke user", user: USERS.indexOf(userId), ...now },
      { kind: "revoke token", connection: index, deliveries: [0] },
      { kind: "revoke issuer", issuer, ...now },
    ];
    return renewalToken.map((token): readonly Step[] => {
      const renewal = { ...token, of: "itself", keysBack: 0, isNew: false } as const;
      const connect = { kind: "connect", connection: index } as const;
      return [
        { command: isHandshake ? connect : { kind: "renew", connection: index, token: renewal, seq: "next" }, turns },
        { command: at(revocations, revocation), turns: beside },
      ];
    });
  });

function lifeStepsOf(
  commands: readonly Weighted<Step["command"]>[],
  pass: Step["command"],
): Arbitrary<readonly Step[]> {
  const one = fc.record({ command: fc.oneof(...commands), turns }).map((step) => [step]);
  return phrasesOf([
    { weight: 12, arbitrary: one },
    { weight: 1, arbitrary: renewalAtTheEnd(pass) },
    { weight: 2, arbitrary: revocationBeside },
  ]);
}

/** Single commands, and several that belong together. */
export function phrasesOf(phrases: readonly Weighted<readonly Step[]>[]): Arbitrary<readonly Step[]> {
  return fc.array(fc.oneof(...phrases), { minLength: 1, maxLength: 9 }).map((steps) => steps.flat());
}

/** The lives of tokens, while nothing goes wrong. */
export const calmSteps: Arbitrary<readonly Step[]> = lifeStepsOf(lifeCommands, {
  kind: "elapse",
  seconds: 2 * LAST_SECONDS,
});

/** The same with jumps of the clock, and dead letters that are redriven. */
export const stormySteps: Arbitrary<readonly Step[]> = lifeStepsOf(
  [
    ...lifeCommands,
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds: fc.constantFrom(1, 2, 4) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "redrive" }) },
  ],
  { kind: "advance", seconds: LAST_SECONDS },
);
