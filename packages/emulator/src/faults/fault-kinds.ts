/** One member of a fault beside its kind, its rate and its count. */
export type FaultSetting =
  /** A text such as `2h`, or a number of milliseconds. */
  | { readonly type: "duration"; readonly default: number }
  /** The same, with or without a minus. */
  | { readonly type: "signed-duration"; readonly default: number }
  | { readonly type: "integer"; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: "flag" };

export type FaultKind = {
  /** The effect, in one clause, for people. */
  readonly effect: string;
  /** The member that limits a fault to one name, such as `function`, `queue`, `connection` or `secret`. */
  readonly target?: string;
  readonly settings?: Readonly<Record<string, FaultSetting>>;
  /** True if it holds all the time: it takes no rate and no count. */
  readonly holds?: boolean;
};

export type FaultKinds = Readonly<Record<string, FaultKind>>;

const AFTER: FaultSetting = { type: "flag" };

/** The faults of the emulator itself. A program can add kinds of its own. */
export const FAULT_KINDS = {
  "disconnect-lost": {
    effect: "$disconnect is not invoked when a connection ends",
    target: "connection",
  },
  "half-open": {
    effect: "the network swallows all frames of a connection, in both directions, and neither side is told",
    target: "connection",
  },
  cut: {
    effect: "the connections that are open now end without a close frame",
    target: "connection",
  },
  "connections-api": {
    effect: "@connections answers with `status`; with `after` it does first what it was asked to do",
    target: "connection",
    settings: { status: { type: "integer", min: 400, max: 599, default: 500 }, after: AFTER },
  },
  "connections-api-silent": {
    effect: "@connections does not answer; with `after` it does first what it was asked to do",
    target: "connection",
    settings: { after: AFTER },
  },
  "function-slow": {
    effect: "a function begins later, within its timeout, by `by`",
    target: "function",
    settings: { by: { type: "duration", default: 2_000 } },
  },
  "function-failing": {
    effect: "a function fails without running; with `after` it fails when it has done its work",
    target: "function",
    settings: { after: AFTER },
  },
  "function-hanging": {
    effect: "a function does not run and does not end before its timeout; with `after` it does its work and then hangs",
    target: "function",
    settings: { after: AFTER },
  },
  "message-duplicated": {
    effect: "a message that was processed and deleted is received once more",
    target: "queue",
  },
  "message-late": {
    effect: "a message becomes visible later, by `by`",
    target: "queue",
    settings: { by: { type: "duration", default: 5_000 } },
  },
  "messages-reordered": {
    effect: "the messages of a queue are received in any order",
    target: "queue",
  },
  "secret-unreadable": {
    effect: "Secrets Manager does not give the value of a secret, and answers 500",
    target: "secret",
  },
  "clock-wrong": {
    effect: "the clock of a function is wrong, by `by`",
    target: "function",
    settings: { by: { type: "signed-duration", default: 600_000 } },
    holds: true,
  },
} as const satisfies FaultKinds;

type Settings<Kind extends FaultKind> =
  Kind["settings"] extends Readonly<Record<string, FaultSetting>>
    ? {
        readonly [Name in keyof Kind["settings"]]?: Kind["settings"][Name] extends { type: "flag" }
          ? boolean
          : number | string;
      }
    : unknown;

type Target<Kind extends FaultKind> = Kind["target"] extends string
  ? { readonly [Name in Kind["target"]]?: string }
  : unknown;

type Limits<Kind extends FaultKind> = Kind extends { readonly holds: true }
  ? unknown
  : {
      /** The share of the occasions on which it strikes, above 0 and at most 1. By default 1: always. */
      readonly rate?: number;
      /** How often it strikes, and then no more. By default there is no limit. */
      readonly count?: number;
    };

/** A fault of the emulator, as a test writes it: `{ kind: "connections-api", status: 410, rate: 0.1 }`. */
export type EmulatorFault = {
  [Name in keyof typeof FAULT_KINDS]: { readonly kind: Name } & Limits<(typeof FAULT_KINDS)[Name]> &
    Settings<(typeof FAULT_KINDS)[Name]> &
    Target<(typeof FAULT_KINDS)[Name]>;
}[keyof typeof FAULT_KINDS];
