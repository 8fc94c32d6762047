import type { FrontPage } from "./front-page.ts";

// Programs import these types. They must not lead to the types of ws, which a program need not have.

/**
 * Tells what a program knows about a connection: its user, its subscriptions, its own end. Undefined if it does not know
 * the connection.
 */
export type DescribeConnection = (connectionId: string) => object | undefined | Promise<object | undefined>;

/** A program's own part of the page at `/`. `authority` is host and port, as the reader has reached the emulator. */
export type DescribeProgram = (reached: { readonly authority: string; readonly stage: string }) => FrontPage;
