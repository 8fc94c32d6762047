declare const brand: unique symbol;

/**
 * A primitive type whose values only its parse function makes. The compiler refuses to swap two brands of one
 * primitive.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
