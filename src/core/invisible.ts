/** Joiners, variation selectors, marks of the writing direction: what Unicode says is not shown. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** The text as people see it: copying from chats and web pages leaves marks in it that nobody sees. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}
