import type { ComponentChildren } from 'preact';

/** A titled part of a page. */
export function Panel(props: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{props.title}</h2>
        {props.aside !== undefined && <div class="small muted">{props.aside}</div>}
      </div>
      {props.children}
    </section>
  );
}
