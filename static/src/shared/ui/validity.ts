/** What is wrong with a control by its own constraints, in our words: the browser's say "please". */

/** A control's constraints, as a form control has them. */
export type Judged = {
  type: string;
  validity: Pick<
    ValidityState,
    "valueMissing" | "typeMismatch" | "badInput" | "rangeUnderflow" | "rangeOverflow"
  >;
  validationMessage: string;
  min?: string;
  max?: string;
};

export function wordsFor({ type, validity, validationMessage, min, max }: Judged): string {
  if (validity.valueMissing) return type === "checkbox" ? "This must be ticked." : "This is needed.";
  if (validity.typeMismatch && type === "email") return "This is no e-mail address: ann@example.com is one.";
  if (validity.typeMismatch && type === "url") return "This is no address: https://example.com/ is one.";
  if (validity.badInput) return type === "number" ? "This is no number." : "This is no valid value.";
  if (validity.rangeUnderflow) return `This must be ${min} or more.`;
  if (validity.rangeOverflow) return `This must be ${max} or less.`;
  return validationMessage.replace(/^Please (.)/, (_, first: string) => first.toUpperCase());
}
