const BUS_ARN = /^arn:[^:]+:events:([^:]*):([^:]*):event-bus\/(.+)$/;

/**
 * The name of a bus that is given by its name or by its ARN. The bus of another account or region keeps its ARN, so
 * that it is not taken for a bus of this name here.
 */
export function busNameOf(
  nameOrArn: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string {
  const [, itsRegion, itsAccount, name] = BUS_ARN.exec(nameOrArn) ?? [];
  return name !== undefined && itsRegion === region && itsAccount === accountId ? name : nameOrArn;
}
