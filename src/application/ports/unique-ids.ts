/** Ids that nobody can guess and that never repeat: at least 122 random bits. */
export interface UniqueIds {
  next(): string;
}
