import { useId } from 'preact/hooks';

/** One thing to agree to, with a hint of what that means. */
export function CheckField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={props.isOn}
          aria-describedby={props.hint === undefined ? undefined : id}
          onChange={(event) => props.onChange(event.currentTarget.checked)}
        />
        {props.label}
      </label>
      {props.hint !== undefined && (
        <span id={id} class="hint">
          {props.hint}
        </span>
      )}
    </div>
  );
}

/** Some of a few things; `onChange` is given those that are chosen, in the order of `choices`. */
export function CheckGroup<T extends string>(props: {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: T[]) => void;
}) {
  const { choices, chosen, onChange } = props;
  return (
    <fieldset class="plain">
      <legend>{props.label}</legend>
      {choices.map(({ value, label }) => (
        <CheckField
          key={value}
          label={label}
          isOn={chosen.includes(value)}
          onChange={(isOn) =>
            onChange(
              choices.map((one) => one.value).filter((one) => (one === value ? isOn : chosen.includes(one))),
            )
          }
        />
      ))}
    </fieldset>
  );
}
