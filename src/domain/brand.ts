declare const brand: unique symbol;

/** A primitive that only its parse function makes: two brands of one primitive cannot be swapped. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
