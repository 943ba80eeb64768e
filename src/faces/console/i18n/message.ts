/** One text in both languages. `{n}` takes a value; `{n|callee|callees}` chooses by whether the number n is one. */
export type Message = readonly [en: string, zh: string];
