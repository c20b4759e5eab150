/** Faces of statuses that come as texts. Pure. */
import {
  type ActivityStatus,
  activityFace,
  type Face,
  type StepStatus,
  stepFace,
} from "../../../shared/statuses";

/** The face of a step's status; one that is not known is told as it is. */
export function faceOfStep(status: string): Face {
  return stepFace(status as StepStatus, null) ?? { key: "pending", word: status };
}

export function wordOfRun(status: string): string {
  return activityFace(status as ActivityStatus)?.word ?? status;
}
