import type { Scenario } from './scenario.ts';

/** International digits of a number as sent (`0086...`, `+86...`); what is neither stays as it is. */
export function internationalDigits(sent: string): string {
  const digits = sent.startsWith('+') ? sent.slice(1) : sent.startsWith('00') ? sent.slice(2) : sent;
  return /^\d+$/.test(digits) ? digits : sent;
}

/** A number in the form the scenario wants replies to have. */
export function echoNumber(sent: string, form: Scenario['numberEcho']): string {
  if (form === 'as_sent') return sent;
  return (form === 'plus' ? '+' : '00') + internationalDigits(sent);
}
