/** A longer line is handed on in pieces: its end may never come. */
const MAX_LINE_CHARACTERS = 256 * 1024;

/** Cuts the pieces of an output into lines. Only whole lines are handed on, so that no two functions share one. */
export function makeWholeLines(emit: (line: string) => void): { write(text: string): void; flush(): void } {
  let rest = "";
  /** Hands on a last line without its end. */
  function flush(): void {
    if (rest !== "") emit(rest);
    rest = "";
  }
  return {
    write(text) {
      const [first = "", ...more] = text.split("\n");
      const last = more.pop();
      // Only the new text is searched: the line before it may be long.
      rest += first;
      if (last !== undefined) {
        emit(rest);
        for (const line of more) emit(line);
        rest = last;
      }
      if (rest.length > MAX_LINE_CHARACTERS) flush();
    },
    flush,
  };
}
