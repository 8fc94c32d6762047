/** The bytes of grants in the authorizer's answer, where they are a list in a text of JSON. */
export function bytesInAnswer(grants: readonly string[]): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(grants)));
}

/** Grants that have exactly so many bytes there. The filling may be any characters of a pattern. */
export function grantsOfBytes(bytes: number, filling: string): readonly string[] {
  const grants: string[] = [];
  const left = () => bytes - bytesInAnswer([...grants, "subscribe:"]);
  while (left() > 250) grants.push(`subscribe:${grants.length}${filling.repeat(40)}`);
  return [...grants, `subscribe:${"x".repeat(left())}`];
}

/** Characters that take more than one byte in JSON, and one that does not. */
export const FILLINGS = ["x", "é", "€", "😀", '"', "\\"];
