/** One page of a list, from page 0, and how long the whole list is. */
export function pageOf<T>(
  items: readonly T[],
  { PageNumber = 0, PageSize }: { readonly PageNumber?: number | undefined; readonly PageSize: number },
): { readonly page: readonly T[]; readonly total: number } {
  const from = PageNumber * PageSize;
  return { page: items.slice(from, from + PageSize), total: items.length };
}
