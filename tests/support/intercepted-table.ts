import type { DynamoTable } from "../../src/adapters/dynamodb/dynamo-table.ts";

/** A request, and the way to the table. */
export type Intercept = (command: { readonly input: object }, pass: () => Promise<unknown>) => Promise<unknown>;

/** The table behind a client whose requests a test sees, delays, repeats or answers. */
export function interceptedTable(table: DynamoTable, intercept: Intercept): DynamoTable {
  const { documents } = table;
  const send = (command: Parameters<typeof documents.send>[0], options: object) =>
    intercept(command, () => documents.send(command as never, options as never));
  return { ...table, documents: { send } as never };
}

/** The names of the requests, in order, and how each of them was built. */
export function recordingTable(table: DynamoTable) {
  const requests: { readonly name: string; readonly input: object }[] = [];
  const recorded = interceptedTable(table, (command, pass) => {
    requests.push({ name: command.constructor.name.replace("Command", ""), input: command.input });
    return pass();
  });
  return { table: recorded, requests, names: () => requests.map(({ name }) => name) };
}
