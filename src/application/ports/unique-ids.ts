/** Ids that cannot be guessed and never repeat: at least 122 random bits. */
export interface UniqueIds {
  next(): string;
}
