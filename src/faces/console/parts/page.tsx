import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/translate.ts';

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

/**
 * The frame of a page: its title in the window and as the heading, which takes the focus when the page is come to,
 * so that whoever listens hears where they are.
 */
export function Page(props: {
  readonly title: string;
  readonly crumbs?: readonly Crumb[];
  readonly badge?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Ringmaster`;
  }, [props.title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="page">
      {props.crumbs !== undefined && (
        <nav class="crumbs" aria-label={t('nav.crumbs')}>
          {props.crumbs.map(({ label, href }) => (
            <span key={href}>
              <a href={href}>{label}</a> /{' '}
            </span>
          ))}
        </nav>
      )}
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.badge}
        {props.actions !== undefined && <div class="actions">{props.actions}</div>}
      </div>
      {props.children}
    </div>
  );
}
