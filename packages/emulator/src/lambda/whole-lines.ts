/** Cuts the pieces of an output into lines. Only whole lines are handed on, so that no two functions share one. */
export function makeWholeLines(emit: (line: string) => void): { write(text: string): void; flush(): void } {
  let rest = "";
  return {
    write(text) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) emit(line);
    },
    /** Hands on a last line without its end. */
    flush() {
      if (rest !== "") emit(rest);
      rest = "";
    },
  };
}
