/** The plan page's island. */
import { PlanGraph } from "../graph/PlanGraph";
import { mountIslands } from "../shared/island";

mountIslands("graph", PlanGraph);
