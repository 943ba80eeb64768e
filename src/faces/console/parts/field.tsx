import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string | undefined;
  readonly wrong?: string | undefined;
  readonly isRequired?: boolean;
}

function describedBy(id: string, { hint, wrong }: FieldProps): string | undefined {
  return hint === undefined && wrong === undefined ? undefined : `${id}-hint`;
}

function Hint({ id, hint, wrong }: FieldProps & { readonly id: string }) {
  if (hint === undefined && wrong === undefined) return null;
  return (
    <span id={`${id}-hint`} class={wrong === undefined ? 'hint' : 'wrong'}>
      {wrong ?? hint}
    </span>
  );
}

type InputType = 'text' | 'password' | 'number' | 'search' | 'datetime-local';

interface InputProps {
  readonly id: string;
  readonly name: string | undefined;
  readonly value: string;
  readonly placeholder: string | undefined;
  readonly autoComplete: 'off' | 'current-password';
  readonly spellcheck: boolean;
  readonly required: boolean | undefined;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
  readonly onInput: (event: { readonly currentTarget: HTMLInputElement }) => void;
}

/** Each type by itself: which attributes an input may have depends on it. */
function Input({
  type,
  list,
  props,
}: {
  readonly type: InputType;
  readonly list?: string;
  readonly props: InputProps;
}) {
  if (list !== undefined) return <input {...props} type="text" list={list} />;
  if (type === 'password') return <input {...props} type="password" />;
  if (type === 'number') return <input {...props} type="number" />;
  if (type === 'search') return <input {...props} type="search" />;
  if (type === 'datetime-local') return <input {...props} type="datetime-local" />;
  return <input {...props} type="text" />;
}

/** One line of text with its label, a hint and what is wrong with it. */
export function TextField(
  props: FieldProps & {
    readonly type?: InputType;
    /** Under which the form itself knows the value. */
    readonly name?: string;
    readonly placeholder?: string;
    readonly autoComplete?: 'off' | 'current-password';
    /** Id of the datalist with what may be chosen. */
    readonly list?: string;
  },
) {
  const id = useId();
  const { type = 'text', list } = props;
  const input: InputProps = {
    id,
    name: props.name,
    value: props.value,
    placeholder: props.placeholder,
    autoComplete: props.autoComplete ?? 'off',
    spellcheck: false,
    required: props.isRequired,
    'aria-invalid': props.wrong === undefined ? undefined : true,
    'aria-describedby': describedBy(id, props),
    onInput: (event) => props.onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <Input type={type} props={input} {...(list !== undefined && { list })} />
      <Hint id={id} {...props} />
    </div>
  );
}

export function TextArea(props: FieldProps & { readonly isCode?: boolean; readonly rows?: number }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        class={props.isCode ? 'code' : undefined}
        rows={props.rows}
        value={props.value}
        spellcheck={false}
        required={props.isRequired}
        aria-invalid={props.wrong === undefined ? undefined : true}
        aria-describedby={describedBy(id, props)}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <Hint id={id} {...props} />
    </div>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function SelectField(props: FieldProps & { readonly choices: readonly Choice[] }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        aria-describedby={describedBy(id, props)}
        onChange={(event) => props.onInput(event.currentTarget.value)}
      >
        {props.choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <Hint id={id} {...props} />
    </div>
  );
}
