/** Title, status, how fresh, what holds it, and the commands. */
import { useState } from "react";
import { ApiError, errorText, postJson } from "../shared/api";
import { activityFace } from "../shared/statuses";
import { elapsed } from "../shared/time";
import { Exact, Icon, Status, useNow } from "../shared/ui/bits";
import { ask } from "../shared/ui/confirm";
import { toast } from "../shared/ui/toast";
import type { View } from "./apply";
import { type Freshness, freshnessText } from "./freshness";
import { type Badge, type Message, toMessages } from "./messages";
import { applies, type Command, consequence, standing } from "./words";

export type HeaderProps = {
  view: View;
  freshness: Freshness;
  urls: Record<Command, string> & { plan?: string | null };
  may: Partial<Record<Command, boolean>>;
  take: (messages: Message[]) => void;
};

/** The last is the primary place. */
const COMMANDS: { command: Command; verb: string; icon: string; asks: boolean; className: string }[] = [
  { command: "pause", verb: "Pause", icon: "s-paused", asks: false, className: "button" },
  { command: "cancel", verb: "Cancel activity", icon: "stop", asks: true, className: "button button-danger" },
  { command: "resume", verb: "Resume", icon: "play", asks: false, className: "button button-primary" },
  {
    command: "retry",
    verb: "Retry failed steps",
    icon: "retry",
    asks: true,
    className: "button button-primary",
  },
];

export function Header({ view, freshness, urls, may, take }: HeaderProps) {
  const { activity } = view;
  const sentence = standing(view);
  const failed = activity.status === "FAILED";
  return (
    <header className="monitor-head">
      <div className="page-head">
        <div>
          <h1>{activity.title}</h1>
          <p className="page-sub">
            <Status face={activityFace(activity.status)} large />
            <PlanName view={view} url={urls.plan ?? null} />
            <Times view={view} />
            <Badges badges={activity.badges ?? []} />
            <span className="freshness" data-fresh={freshness.kind} role="status">
              {freshnessText(freshness)}
            </span>
          </p>
        </div>
        <Commands view={view} urls={urls} may={may} take={take} />
      </div>
      {sentence && <p className={failed ? "notice notice-error" : "muted"}>{sentence}</p>}
    </header>
  );
}

const TONES: Record<string, string> = {
  red: "badge-danger",
  orange: "badge-warning",
  yellow: "badge-warning",
  green: "badge-ok",
  blue: "badge-accent",
};

function Badges({ badges }: { badges: readonly Badge[] }) {
  return badges.map((badge) => (
    <span
      key={`${badge.icon ?? ""} ${badge.label} ${badge.color ?? ""}`}
      className={`badge ${TONES[badge.color ?? ""] ?? ""}`.trim()}
    >
      {badge.label}
    </span>
  ));
}

function PlanName({ view, url }: { view: View; url: string | null }) {
  const { planName, planSlug, planVersion } = view.activity;
  const name = planName || planSlug;
  return (
    <span>
      {url ? <a href={url}>{name}</a> : name}
      {planVersion !== null && <span className="num"> v{planVersion}</span>}
    </span>
  );
}

function Times({ view }: { view: View }) {
  const { startedAt, finishedAt, status, startedBy } = view.activity;
  const now = useNow(status === "RUNNING");
  if (!startedAt) return null;
  return (
    <span>
      <Exact at={startedAt} />
      {startedBy && ` by ${startedBy}`} · <span className="num">{elapsed(startedAt, finishedAt, now)}</span>
    </span>
  );
}

type CommandsProps = Omit<HeaderProps, "freshness">;

function Commands({ view, urls, may, take }: CommandsProps) {
  const [busy, setBusy] = useState<Command | null>(null);
  const press = async (command: Command, verb: string, asks: boolean) => {
    const text = consequence(command, view);
    if (asks && !(await ask({ title: verb, text, verb, danger: command === "cancel" }))) return;
    setBusy(command);
    try {
      take(toMessages(await postJson(urls[command], {})));
    } catch (error) {
      toast(refusal(verb, error), "error");
    } finally {
      setBusy(null);
    }
  };
  const offered = COMMANDS.filter(
    ({ command }) => may[command] && (applies(command, view) || busy === command),
  );
  if (offered.length === 0) return null;
  return (
    <div className="page-actions">
      {offered.map(({ command, verb, icon, asks, className }) => (
        <button
          key={command}
          type="button"
          className={className}
          title={consequence(command, view)}
          aria-busy={busy === command}
          disabled={busy !== null}
          onClick={() => void press(command, verb, asks)}
        >
          {busy !== command && <Icon name={icon} />}
          {verb}
        </button>
      ))}
    </div>
  );
}

function refusal(verb: string, error: unknown): string {
  if (error instanceof ApiError && error.problem.title !== error.problem.detail) {
    return `${error.problem.title}: ${error.problem.detail}`;
  }
  return `${verb}: ${errorText(error)}`;
}
