/** JSON as a person reads it, cut where it gets long. */

const SHOWN = 20_000;

export function Json({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  const cut = text.length > SHOWN;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className="code" tabIndex={0} aria-label={label}>
      {cut ? `${text.slice(0, SHOWN)}\n… ${text.length - SHOWN} characters more` : text}
    </section>
  );
}
