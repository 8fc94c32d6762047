/** The result of a benchmark: rows to compare, measured in one run. */
export type Table = {
  readonly title: string;
  /** What the numbers rest on without being measured, for tables that are computed. It stands above the rows. */
  readonly assumption?: string;
  /** A note for the reader: the variable, the number of runs, the reference of the ratio. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export function toMarkdown({ title, assumption, note, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  // The first column names what was measured, the others are numbers.
  const rule = line(columns.map((_, index) => (index === 0 ? "---" : "---:")));
  const above = assumption === undefined ? [] : [assumption, ""];
  return [`### ${title}`, "", ...above, line(columns), rule, ...rows.map(line), "", note].join("\n");
}

export function ratio(value: number, reference: number): string {
  return (value / reference).toFixed(2);
}
