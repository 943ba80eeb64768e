import { useId, useState } from 'preact/hooks';

/** A place to drop a file on, and a button for those who choose one; both hand over the first file. */
export function FileDrop(props: {
  readonly label: string;
  readonly hint: string;
  readonly accept: string;
  readonly onFile: (file: File) => void;
}) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) props.onFile(file);
  };
  const onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <fieldset
      class={isOver ? 'drop over' : 'drop'}
      data-drop
      aria-label={props.label}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <label for={id}>
        <strong>{props.label}</strong>
      </label>
      <input
        id={id}
        type="file"
        accept={props.accept}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) props.onFile(file);
        }}
      />
      <span id={`${id}-hint`} class="small muted">
        {props.hint}
      </span>
    </fieldset>
  );
}
