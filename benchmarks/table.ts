/** The result of a benchmark: rows to compare, measured in one run. */
export type Table = {
  readonly title: string;
  /** A note for the reader: the variable, the number of runs, the reference of the ratio. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export function toMarkdown({ title, note, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  // The first column names what was measured, the others are numbers.
  const rule = line(columns.map((_, index) => (index === 0 ? "---" : "---:")));
  return [`### ${title}`, "", line(columns), rule, ...rows.map(line), "", note].join("\n");
}

export function ratio(value: number, reference: number): string {
  return (value / reference).toFixed(2);
}
