// What the words of one language share with those of another: the keys, checked by the compiler.

/** The same keys as `Source`, other words. */
export type Texts<Source> = { readonly [Key in keyof Source]: Source[Key] extends string ? string : Texts<Source[Key]> };
