// Loads a handler and lets it handle the events on standard input, one after the other. Other tests judge its
// results.
import { json } from "node:stream/consumers";
import { lambdaContext } from "./lambda-context.ts";

const [file = ""] = process.argv.slice(2);
const events = (await json(process.stdin)) as readonly unknown[];
const { handler }: { handler: (event: unknown, context: unknown) => Promise<unknown> } = await import(file);
for (const event of events) await handler(event, lambdaContext(60_000)).catch(() => undefined);
