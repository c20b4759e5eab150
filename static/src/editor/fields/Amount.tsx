/** Widgets of amounts: how many, all, or which share. */
import { type Amount, readAmount, wordOf, writeAmount } from "./amounts";
import { defaultWords, type WidgetProps } from "./widget";

const WORDS: Readonly<Record<string, string>> = { all: "All", first: "The first" };

export function AmountWidget(props: WidgetProps) {
  const { id, label, value, set, describedBy, invalid, schema } = props;
  const word = wordOf(schema.anyOf);
  const amount = readAmount(value, word);
  const write = (next: Amount) => set(writeAmount(next));
  const choose = (kind: string) => {
    if (kind === "none") write({ kind: "none" });
    else if (kind === "word") write({ kind: "word", word: word ?? "" });
    else if (kind === "percent") write({ kind: "percent", text: "50" });
    else write({ kind: "count", text: "1" });
  };
  const byDefault = defaultWords(schema);
  return (
    <span className="field-unit">
      <select
        id={id}
        className="input"
        value={amount.kind}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="none">
          {byDefault === "" ? "No limit" : `${WORDS[byDefault] ?? byDefault} (default)`}
        </option>
        {word !== null && <option value="word">{WORDS[word] ?? word}</option>}
        <option value="count">A count</option>
        <option value="percent">A share</option>
      </select>
      {(amount.kind === "count" || amount.kind === "percent") && (
        <>
          <input
            className="input"
            inputMode="decimal"
            aria-label={amount.kind === "count" ? `${label}: count` : `${label}: percent`}
            value={amount.text}
            aria-invalid={invalid || undefined}
            onChange={(event) => write({ ...amount, text: event.target.value })}
          />
          {amount.kind === "percent" && <span className="muted">%</span>}
        </>
      )}
    </span>
  );
}
