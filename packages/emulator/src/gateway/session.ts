/** What the gateway knows of one connection from its handshake to its end. */
export type Session = {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly stage: string;
  /** Absent where the stage defines none. */
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly domainName: string;
  /** The absent member first, as in the events. */
  readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
  /** What the authorizer said of the caller, every value text. Absent without an authorizer. */
  readonly authorizer?: Readonly<Record<string, string>>;
};
