import fc, { type Arbitrary } from "fast-check";
import { CONNECTIONS, ENTITIES, USERS } from "./fixtures.ts";

/** Numbers are indexes into the lists of fixtures.ts. */
export type Command =
  /** By the client; a repeated $connect by the gateway if the connection is known already. */
  | { readonly kind: "connect"; readonly connection: number }
  /** A direct invocation of the connect function, with another user's name. */
  | { readonly kind: "forge"; readonly connection: number; readonly user: number }
  /** API Gateway sends $disconnect on a best-effort basis: not at all, once or twice. */
  | { readonly kind: "disconnect"; readonly connection: number; readonly events: 0 | 1 | 2 }
  | { readonly kind: "subscribe" | "unsubscribe"; readonly connection: number; readonly entity: number }
  | { readonly kind: "publish to entity"; readonly entity: number; readonly copies: number }
  | { readonly kind: "publish to user"; readonly user: number; readonly copies: number }
  | { readonly kind: "advance"; readonly seconds: number };

export type Step = {
  readonly command: Command;
  /** So many turns run before the next command starts: the rest of this command runs beside the next ones. */
  readonly turns: number;
};

const connection = fc.nat({ max: CONNECTIONS.length - 1 });
const entity = fc.nat({ max: ENTITIES.length - 1 });
/** Mostly the user with several connections. */
const user = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: USERS.length - 1 }) },
);
const copies = fc.constantFrom(1, 1, 1, 2);

/** Past a post's time-out, a short token, a message's visibility timeout, a delivery's age, all connections' ends. */
const seconds = fc.constantFrom(1, 4, 61, 400, 3700, 7300);

const command: Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("connect" as const), connection }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forge" as const), connection, user }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("disconnect" as const),
      connection,
      events: fc.constantFrom<0 | 1 | 2>(1, 1, 0, 2),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("subscribe" as const), connection, entity }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("unsubscribe" as const), connection, entity }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish to entity" as const), entity, copies }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("publish to user" as const), user, copies }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds }) },
);

const turns = fc.constantFrom(0, 0, 1, 2, 3, 5, 8, Number.POSITIVE_INFINITY);

export const steps: Arbitrary<readonly Step[]> = fc.array(fc.record({ command, turns }), {
  minLength: 1,
  maxLength: 12,
});
