/** Statuses and kinds as people see them: always an icon and a word beside the colour. */

export type StepStatus =
  | "PENDING"
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "SKIPPED"
  | "NOT_TAKEN";
export type ActivityStatus =
  | "PENDING"
  | "RUNNING"
  | "PAUSED"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "REPLANNED";
export type WaitingOn = "TASK" | "APPROVAL" | "EXECUTION" | "AGENT" | "SLOT" | "CHILD";
export type StepKind =
  | "EXECUTION"
  | "SCRIPT"
  | "BRIDGE_CALL"
  | "LLM"
  | "AGENT"
  | "CREATE_TASK"
  | "APPROVAL"
  | "PLAN";

/** `key` names colour (data-status) and icon (#i-s-key); `word` is what is read. */
export type Face = { key: string; word: string };

const STEP_FACES: Record<StepStatus, Face> = {
  PENDING: { key: "pending", word: "Pending" },
  RUNNING: { key: "running", word: "Running" },
  COMPLETED: { key: "completed", word: "Completed" },
  FAILED: { key: "failed", word: "Failed" },
  CANCELLED: { key: "cancelled", word: "Cancelled" },
  SKIPPED: { key: "skipped", word: "Skipped" },
  NOT_TAKEN: { key: "not_taken", word: "Not taken" },
};

const WAITING_FACES: Record<WaitingOn, Face> = {
  TASK: { key: "waiting", word: "Waiting for a person" },
  APPROVAL: { key: "waiting", word: "Waiting for approval" },
  EXECUTION: { key: "running", word: "Module running" },
  AGENT: { key: "running", word: "Agent running" },
  SLOT: { key: "pending", word: "Waiting for a slot" },
  CHILD: { key: "running", word: "Child running" },
};

const ACTIVITY_FACES: Record<ActivityStatus, Face> = {
  PENDING: { key: "pending", word: "Pending" },
  RUNNING: { key: "running", word: "Running" },
  PAUSED: { key: "paused", word: "Paused" },
  COMPLETED: { key: "completed", word: "Completed" },
  FAILED: { key: "failed", word: "Failed" },
  CANCELLED: { key: "cancelled", word: "Cancelled" },
  REPLANNED: { key: "skipped", word: "Replanned" },
};

const KIND_WORDS: Record<StepKind, string> = {
  EXECUTION: "Module",
  SCRIPT: "Script",
  BRIDGE_CALL: "Bridge call",
  LLM: "Model",
  AGENT: "Agent",
  CREATE_TASK: "Task",
  APPROVAL: "Approval",
  PLAN: "Plan",
};

/** A step's face: what it waits for is told while it has not ended. */
export function stepFace(status: StepStatus, waitingOn: WaitingOn | null): Face {
  const open = status === "RUNNING" || status === "PENDING";
  return open && waitingOn ? WAITING_FACES[waitingOn] : STEP_FACES[status];
}

export function activityFace(status: ActivityStatus): Face {
  return ACTIVITY_FACES[status];
}

export function kindWord(kind: StepKind): string {
  return KIND_WORDS[kind];
}
