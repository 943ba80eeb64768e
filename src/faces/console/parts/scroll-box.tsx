import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * A box whose content may be wider than the page: it scrolls by itself, and while it does, the keyboard can reach and
 * move it. One that shows everything is no stop on the way through the page.
 */
export function ScrollBox({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const judge = (): void => {
      const isWider =
        element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
      if (isWider) element.tabIndex = 0;
      else element.removeAttribute('tabindex');
    };
    judge();
    const watch = new ResizeObserver(judge);
    watch.observe(element);
    for (const child of element.children) watch.observe(child);
    return () => watch.disconnect();
  }, []);
  return (
    <section ref={box} class="table-box" aria-label={label}>
      {children}
    </section>
  );
}
